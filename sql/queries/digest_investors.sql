-- A row is an investor (top record) with its messages of the period over the whole team, each message once; the busiest first.
WITH links AS (
    SELECT *, row_number() OVER (PARTITION BY top_id ORDER BY sent_at DESC, email_id DESC, is_unverified DESC) AS nth,
           max(is_theirs) OVER (PARTITION BY top_id, email_id) AS is_from_them
    FROM digest_links
    WHERE sent_at >= :start AND sent_at < :end AND is_bulk = 0
)
SELECT i.id, i.kind, i.name,
       count(DISTINCT k.email_id) FILTER (WHERE k.is_out = 0),
       count(DISTINCT k.email_id) FILTER (WHERE k.is_out = 1),
       count(DISTINCT k.thread_id),
       count(DISTINCT k.email_id) FILTER (WHERE k.is_unverified = 1),
       max(k.subject) FILTER (WHERE k.nth = 1), max(k.sent_at),
       max(k.is_out) FILTER (WHERE k.nth = 1), max(k.is_unverified) FILTER (WHERE k.nth = 1),
       max(k.is_from_them) FILTER (WHERE k.nth = 1)
FROM links k JOIN investors i ON i.id = k.top_id
GROUP BY i.id
ORDER BY count(DISTINCT k.email_id) DESC, max(k.sent_at) DESC, i.name, i.id
