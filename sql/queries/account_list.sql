-- A mailbox a row.
SELECT id, address, sync_enabled, deleted_at IS NOT NULL, created_at, provider, last_ok_at, last_error_at, last_error
FROM email_accounts
WHERE deleted_at IS NULL OR :removed
ORDER BY address
