-- A kept message enters the full-text index, with the values of email_search_content.
INSERT INTO email_search (rowid, subject, sender, body) VALUES (:id, :subject, :sender, :body)
