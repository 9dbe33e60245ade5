-- An address of our own a row.
SELECT a.address FROM user_addresses a JOIN users u ON u.id = a.user_id WHERE u.deleted_at IS NULL
UNION
SELECT address FROM email_accounts WHERE deleted_at IS NULL
UNION
SELECT l.address FROM email_account_aliases l JOIN email_accounts a ON a.id = l.account_id WHERE a.deleted_at IS NULL
