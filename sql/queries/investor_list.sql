-- A record with the name of the one it belongs to.
SELECT i.id, i.kind, i.name, i.parent_id, p.kind, p.name, i.notes, i.created_at, i.updated_at, i.deleted_at IS NOT NULL
FROM investors i LEFT JOIN investors p ON p.id = i.parent_id
WHERE (:kind IS NULL OR i.kind = :kind) AND (i.deleted_at IS NULL OR :removed)
ORDER BY CASE i.kind WHEN 'fund' THEN 0 WHEN 'organisation' THEN 1 WHEN 'contact' THEN 2 ELSE 3 END, lower(i.name), i.id
