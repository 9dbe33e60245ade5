-- A message leaves the full-text index, while its text is still there.
INSERT INTO email_search (email_search, rowid, subject, sender, body)
SELECT 'delete', rowid, subject, sender, body FROM email_search_content WHERE rowid = :id
