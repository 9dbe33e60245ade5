-- An investor a row that other messages of the thread are linked to. The first and the last hundred messages tell enough:
-- reading all of a thread of 100,000 for each of its messages would never end.
SELECT DISTINCT l.investor_id
FROM (
    SELECT id FROM (SELECT id FROM emails WHERE thread_id = :thread_id ORDER BY id LIMIT 100)
    UNION
    SELECT id FROM (SELECT id FROM emails WHERE thread_id = :thread_id ORDER BY id DESC LIMIT 100)
) AS e
JOIN email_investor_links l ON l.email_id = e.id
JOIN investors i ON i.id = l.investor_id
WHERE e.id <> :email_id AND l.status = 'confirmed' AND l.match_kind <> 'thread' AND i.deleted_at IS NULL
ORDER BY l.investor_id
