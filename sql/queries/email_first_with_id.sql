-- The first message of a Message-ID, whatever its body: content_key begins with the id's hash.
SELECT coalesce(duplicate_of, id) FROM emails WHERE content_key BETWEEN :low AND :high AND message_id = :message_id LIMIT 1
