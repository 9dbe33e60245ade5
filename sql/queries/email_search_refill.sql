-- A message whose text is kept from now on enters the full-text index.
INSERT INTO email_search (rowid, subject, sender, body)
SELECT rowid, subject, sender, body FROM email_search_content WHERE rowid = :id
