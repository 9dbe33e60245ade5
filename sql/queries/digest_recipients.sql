-- A row is an active admin, to whom the team digest goes, with the primary address (NULL when there is none).
SELECT u.id, u.name,
       (SELECT a.address FROM user_addresses a WHERE a.user_id = u.id ORDER BY a.is_primary DESC, a.address LIMIT 1)
FROM users u
WHERE u.role = 'admin' AND u.active = 1 AND u.deleted_at IS NULL
ORDER BY u.id
