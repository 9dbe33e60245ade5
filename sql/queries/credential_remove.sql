-- Forgets a sealed secret.
DELETE FROM email_credentials WHERE account_id = :account_id AND kind = :kind RETURNING account_id
