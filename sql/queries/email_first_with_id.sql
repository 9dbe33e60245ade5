-- The first message of a Message-ID, whatever its body.
SELECT id FROM emails WHERE message_id = :message_id ORDER BY id LIMIT 1
