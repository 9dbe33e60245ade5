-- A record that has this address a row.
SELECT i.id
FROM investor_addresses a JOIN investors i ON i.id = a.investor_id
WHERE a.address = :address AND (:kind IS NULL OR i.kind = :kind) AND (i.deleted_at IS NULL OR :removed)
ORDER BY i.deleted_at IS NOT NULL, i.id
LIMIT 100
