-- The places in files at which a message was seen.
SELECT s.id, s.path, m.source_name, m.source_offset
FROM email_account_messages m JOIN email_sources s ON s.id = m.source_id
WHERE m.email_id = :id ORDER BY s.id
