-- A record of this name a row.
SELECT id
FROM investors
WHERE lower(name) = lower(:name) AND (:kind IS NULL OR kind = :kind) AND (deleted_at IS NULL OR :removed)
ORDER BY deleted_at IS NOT NULL, id
LIMIT 100
