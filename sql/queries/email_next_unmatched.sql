-- The next message of a thread that matches nobody, in order of arrival.
SELECT id, thread_id, dmarc, is_matched, has_body, from_address, message_id, body_sha256 FROM emails
WHERE thread_id = :thread AND is_matched = 0 AND id > :after ORDER BY id LIMIT 1
