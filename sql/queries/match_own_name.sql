-- Whose an address is, when it is our own.
SELECT 'team member ' || u.name
FROM user_addresses a JOIN users u ON u.id = a.user_id
WHERE a.address = :address AND u.deleted_at IS NULL
UNION ALL
SELECT 'mailbox ' || address FROM email_accounts WHERE address = :address AND deleted_at IS NULL
UNION ALL
SELECT 'alias of the mailbox ' || a.address
FROM email_account_aliases l JOIN email_accounts a ON a.id = l.account_id
WHERE l.address = :address AND a.deleted_at IS NULL
LIMIT 1
