-- A row is an active member of the team with the messages of the period in their mailboxes, each once: out is what they
-- sent from one of them, in is all else. Members without any are rows too.
WITH seen AS (
    SELECT b.user_id, d.email_id, d.thread_id, max(m.is_sent) AS is_out, max(d.is_unverified) AS is_unverified
    FROM digest_links d
    JOIN email_account_messages m ON m.email_id = d.email_id AND m.deleted_at IS NULL
    JOIN user_mailboxes b ON b.account_id = m.account_id
    WHERE d.sent_at >= :start AND d.sent_at < :end AND d.is_bulk = 0
    GROUP BY b.user_id, d.email_id
)
SELECT u.id, u.name,
       count(s.email_id) FILTER (WHERE s.is_out = 0),
       count(s.email_id) FILTER (WHERE s.is_out = 1),
       count(DISTINCT s.thread_id),
       count(s.email_id) FILTER (WHERE s.is_unverified = 1)
FROM users u LEFT JOIN seen s ON s.user_id = u.id
WHERE u.active = 1 AND u.deleted_at IS NULL
GROUP BY u.id
ORDER BY u.name, u.id
