-- A message that was not seen before, in whatever mailbox.
INSERT INTO emails (message_id, body_sha256, content_key, duplicate_of, thread_id, sent_at, has_date, subject, from_name,
    from_address, in_reply_to, list_id, is_bulk, auto_submitted, dmarc, size_bytes, is_matched, has_body, attachments, created_at)
VALUES (:message_id, :body, :content_key, :duplicate_of, :thread, :sent_at, :has_date, :subject, :from_name,
    :from_address, :in_reply_to, :list_id, :is_bulk, :auto_submitted, :dmarc, :size, :is_matched, :has_body, :attachments, :now)
