-- One row a mailbox: how many messages it saw, and its last run.
SELECT a.address, a.sync_enabled,
       (SELECT count(*) FROM email_account_messages m WHERE m.account_id = a.id AND m.deleted_at IS NULL),
       (SELECT max(started_at) FROM email_sync_runs r WHERE r.account_id = a.id)
FROM email_accounts a
WHERE a.deleted_at IS NULL
ORDER BY a.address
