-- A row is a person (or part) of an investor's record who was in its messages of the period; per investor the busiest first.
SELECT d.top_id, i.name
FROM digest_links d JOIN investors i ON i.id = d.investor_id
WHERE d.sent_at >= :start AND d.sent_at < :end AND d.is_bulk = 0 AND d.investor_id <> d.top_id
GROUP BY d.top_id, d.investor_id
ORDER BY d.top_id, count(DISTINCT d.email_id) DESC, i.name, i.id
