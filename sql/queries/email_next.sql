-- The next message in order of arrival, sent at :since or later.
SELECT id, thread_id, dmarc, is_matched, has_body, from_address, message_id, body_sha256 FROM emails
WHERE id > :after AND sent_at >= :since ORDER BY id LIMIT 1
