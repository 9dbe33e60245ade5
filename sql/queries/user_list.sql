-- A team member a row.
SELECT id, name, role = 'admin', active, deleted_at IS NOT NULL, created_at
FROM users
WHERE deleted_at IS NULL OR :removed
ORDER BY lower(name), id
