-- The next message that has no text here, whether it matches or not, and is still in the mailbox.
SELECT e.id, r.remote_id
FROM emails e JOIN email_remote_messages r ON r.email_id = e.id AND r.account_id = :account AND r.deleted_at IS NULL
WHERE e.id > :after AND e.has_body = 0
ORDER BY e.id LIMIT 1
