-- The same secret under another key.
UPDATE email_credentials SET sealed = :sealed, key_id = :key_id WHERE account_id = :account_id AND kind = :kind
