-- The thread of a message, by its Message-ID.
SELECT thread_id FROM emails WHERE message_id = :message_id ORDER BY id LIMIT 1
