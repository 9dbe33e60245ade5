-- One row a mailbox: how its capture stands.
SELECT a.address, a.provider, a.sync_enabled, a.last_error_at, a.last_error,
    c.phase, c.listed, c.total, c.begun_at, c.finished_at, c.in_step_at, a.failures, a.next_at,
    (SELECT count(*) FROM email_account_messages m WHERE m.account_id = a.id AND m.deleted_at IS NULL),
    (SELECT count(*) FROM email_account_messages m JOIN emails e ON e.id = m.email_id
        WHERE m.account_id = a.id AND m.deleted_at IS NULL AND e.is_matched = 0),
    (SELECT count(*) FROM email_failed_items f WHERE f.account_id = a.id AND f.resolved_at IS NULL),
    (SELECT coalesce(sum(r.units), 0) FROM email_sync_runs r WHERE r.account_id = a.id AND r.started_at > :now - 86400),
    l.id, l.kind, l.status, l.started_at, l.finished_at, l.units, l.error
FROM email_accounts a
    LEFT JOIN email_cursors c ON c.account_id = a.id
    LEFT JOIN email_sync_runs l ON l.id = (SELECT max(r.id) FROM email_sync_runs r WHERE r.account_id = a.id)
WHERE a.deleted_at IS NULL
ORDER BY a.address
