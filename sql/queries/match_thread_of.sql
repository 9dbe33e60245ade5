-- The thread of a message, by its Message-ID: content_key begins with its hash.
SELECT thread_id FROM emails WHERE content_key BETWEEN :low AND :high AND message_id = :message_id LIMIT 1
