-- The recipients of one message of the outbox, and what became of it there.
SELECT address, coalesce(user_id, 0), coalesce(participant_id, 0), state
FROM outbox_recipients WHERE outbox_id = :id ORDER BY address
