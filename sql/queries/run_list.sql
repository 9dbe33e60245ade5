-- The last runs, newest first.
SELECT r.id, a.address, r.kind, r.source, r.status, r.messages_seen, r.messages_stored, r.messages_known, r.messages_matched,
    r.messages_failed, r.attachments_saved, r.error, r.started_at, r.finished_at
FROM email_sync_runs r LEFT JOIN email_accounts a ON a.id = r.account_id
ORDER BY r.started_at DESC, r.id DESC LIMIT :limit
