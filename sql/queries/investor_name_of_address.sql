-- The name of a record that has this address.
SELECT i.name
FROM investor_addresses a JOIN investors i ON i.id = a.investor_id
WHERE a.address = :address AND i.deleted_at IS NULL
ORDER BY i.id
LIMIT 1
