-- Whether any message still has this attachment.
SELECT 1 FROM email_attachments WHERE sha256 = :sha256 AND is_stored = 1 LIMIT 1
