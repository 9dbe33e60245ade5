-- A sealed secret of a mailbox.
SELECT c.account_id, a.address, c.kind, c.sealed, c.key_id, c.client_id, c.scopes, c.updated_at
FROM email_credentials c JOIN email_accounts a ON a.id = c.account_id
WHERE c.account_id = :account_id AND c.kind = :kind
