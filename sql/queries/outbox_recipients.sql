-- The recipients of one message of the outbox.
SELECT address, coalesce(user_id, 0) FROM outbox_recipients WHERE outbox_id = :id ORDER BY address
