-- An address of an investor a row: the one that decides comes first among equal addresses.
SELECT a.address, a.investor_id,
       CASE i.kind WHEN 'fund' THEN 0 WHEN 'organisation' THEN 1 WHEN 'contact' THEN 2 ELSE 3 END AS rank,
       a.is_alias, i.name
FROM investor_addresses a JOIN investors i ON i.id = a.investor_id
WHERE i.deleted_at IS NULL
ORDER BY a.address, a.is_alias, rank, a.investor_id
