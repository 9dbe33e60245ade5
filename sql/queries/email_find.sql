-- A message seen before: equal Message-ID (or none) and equal body.
SELECT id, thread_id, has_body, is_matched FROM emails
WHERE content_key = :content_key AND body_sha256 = :body AND message_id IS :message_id
ORDER BY id LIMIT 1
