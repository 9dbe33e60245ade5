-- A mailbox a row.
SELECT id, address, sync_enabled, deleted_at IS NOT NULL, created_at
FROM email_accounts
WHERE deleted_at IS NULL OR :removed
ORDER BY address
