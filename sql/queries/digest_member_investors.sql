-- A row is an active member of the team and an investor (top record) they had messages with; per member the busiest first.
WITH seen AS (
    SELECT b.user_id, d.top_id, d.email_id, d.thread_id, d.sent_at, d.subject,
           max(m.is_sent) AS is_out, max(d.is_unverified) AS is_unverified, max(d.is_theirs) AS is_theirs
    FROM digest_links d
    JOIN email_account_messages m ON m.email_id = d.email_id AND m.deleted_at IS NULL
    JOIN user_mailboxes b ON b.account_id = m.account_id
    WHERE d.sent_at >= :start AND d.sent_at < :end AND d.is_bulk = 0
    GROUP BY b.user_id, d.top_id, d.email_id
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY user_id, top_id ORDER BY sent_at DESC, email_id DESC) AS nth FROM seen
)
SELECT i.id, i.kind, i.name,
       count(*) FILTER (WHERE r.is_out = 0),
       count(*) FILTER (WHERE r.is_out = 1),
       count(DISTINCT r.thread_id),
       count(*) FILTER (WHERE r.is_unverified = 1),
       max(r.subject) FILTER (WHERE r.nth = 1), max(r.sent_at),
       max(r.is_out) FILTER (WHERE r.nth = 1), max(r.is_unverified) FILTER (WHERE r.nth = 1),
       max(r.is_theirs) FILTER (WHERE r.nth = 1),
       u.id
FROM ranked r
JOIN users u ON u.id = r.user_id AND u.active = 1 AND u.deleted_at IS NULL
JOIN investors i ON i.id = r.top_id
GROUP BY u.id, i.id
ORDER BY u.name, u.id, count(*) DESC, max(r.sent_at) DESC, i.name, i.id
