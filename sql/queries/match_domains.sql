-- A domain of a fund or an organisation a row.
SELECT d.domain, d.investor_id,
       CASE i.kind WHEN 'fund' THEN 0 WHEN 'organisation' THEN 1 WHEN 'contact' THEN 2 ELSE 3 END AS rank,
       0, i.name
FROM investor_domains d JOIN investors i ON i.id = d.investor_id
WHERE i.deleted_at IS NULL
ORDER BY d.domain, rank, d.investor_id
