-- The next message in order of arrival, sent at :since or later. (The + keeps the planner from sorting by date.)
SELECT id, thread_id, dmarc, is_matched, has_body, from_address, message_id, body_sha256, is_bulk FROM emails
WHERE id > :after AND +sent_at >= :since ORDER BY id LIMIT 1
