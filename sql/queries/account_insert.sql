-- A new mailbox.
INSERT INTO email_accounts (address, created_at) VALUES (:address, :now) RETURNING id
