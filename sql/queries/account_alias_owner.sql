-- The mailbox that has this address as an alias, while it is not removed.
SELECT a.id, a.address
FROM email_account_aliases l JOIN email_accounts a ON a.id = l.account_id
WHERE l.address = :address AND a.deleted_at IS NULL
