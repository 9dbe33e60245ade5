-- A mailbox's sighting of a message, as its places in the mailbox say: deleted when all of them are.
UPDATE email_account_messages AS m SET
    is_sent = max(m.is_sent, :is_sent),
    -- One that is there: UIDs change, and places do.
    remote_id = coalesce(
        (SELECT r.remote_id FROM email_remote_messages r
            WHERE r.account_id = m.account_id AND r.remote_id = m.remote_id AND r.deleted_at IS NULL),
        (SELECT min(r.remote_id) FROM email_remote_messages r
            WHERE r.email_id = m.email_id AND r.account_id = m.account_id AND r.deleted_at IS NULL),
        m.remote_id, :remote),
    remote_thread_id = coalesce(m.remote_thread_id, :thread),
    labels = nullif((SELECT group_concat(r.labels) FROM email_remote_messages r
        WHERE r.email_id = m.email_id AND r.account_id = m.account_id AND (r.deleted_at IS NULL OR NOT EXISTS (
            SELECT 1 FROM email_remote_messages l
            WHERE l.email_id = m.email_id AND l.account_id = m.account_id AND l.deleted_at IS NULL))), ''),
    deleted_at = CASE WHEN EXISTS (SELECT 1 FROM email_remote_messages r
            WHERE r.email_id = m.email_id AND r.account_id = m.account_id AND r.deleted_at IS NULL)
        THEN NULL ELSE coalesce(m.deleted_at, :now) END
WHERE m.account_id = :account AND m.email_id = :email
