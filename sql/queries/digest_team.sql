-- A row is a member of the team who had messages with an investor in the period, in a mailbox of theirs; the busiest first.
SELECT d.top_id, u.name
FROM digest_links d
JOIN email_account_messages m ON m.email_id = d.email_id AND m.deleted_at IS NULL
JOIN user_mailboxes b ON b.account_id = m.account_id
JOIN users u ON u.id = b.user_id AND u.deleted_at IS NULL
WHERE d.sent_at >= :start AND d.sent_at < :end AND d.is_bulk = 0
GROUP BY d.top_id, u.id
ORDER BY d.top_id, count(DISTINCT d.email_id) DESC, u.name, u.id
