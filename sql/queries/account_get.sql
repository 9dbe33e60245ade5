-- The mailbox that has this address or alias; the address comes before the alias.
SELECT id, address, sync_enabled, deleted_at IS NOT NULL, created_at, provider, last_ok_at, last_error_at, last_error
FROM email_accounts
WHERE deleted_at IS NULL
  AND id = coalesce(
      (SELECT id FROM email_accounts WHERE address = :address AND deleted_at IS NULL),
      (SELECT account_id FROM email_account_aliases WHERE address = :address))
