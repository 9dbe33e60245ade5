-- The next message of a thread, in order of arrival.
SELECT id, thread_id, dmarc, is_matched, has_body, from_address, message_id, body_sha256, is_bulk FROM emails
WHERE thread_id = :thread AND id > :after ORDER BY id LIMIT 1
