-- The attachments whose bytes are kept as files, newest first, one a row.
SELECT sha256, size_bytes FROM email_attachments WHERE is_stored ORDER BY id DESC LIMIT :limit
