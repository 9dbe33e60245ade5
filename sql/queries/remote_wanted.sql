-- The next message that matches and has no text here, and is still in the mailbox.
SELECT e.id, r.remote_id
FROM emails e JOIN email_remote_messages r ON r.email_id = e.id AND r.account_id = :account AND r.deleted_at IS NULL
WHERE e.id > :after AND e.is_matched = 1 AND e.has_body = 0
ORDER BY e.id LIMIT 1
