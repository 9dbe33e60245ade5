-- A sealed secret a row, of removed mailboxes too.
SELECT c.account_id, a.address, c.kind, c.sealed, c.key_id, c.client_id, c.scopes, c.updated_at
FROM email_credentials c JOIN email_accounts a ON a.id = c.account_id
ORDER BY c.account_id, c.kind
