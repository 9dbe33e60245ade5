-- The stored attachments of a message.
SELECT DISTINCT sha256 FROM email_attachments WHERE email_id = :id AND is_stored = 1
