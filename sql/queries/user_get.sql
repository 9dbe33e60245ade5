-- The team member who has the address, removed or not.
SELECT u.id, u.name, u.role = 'admin', u.active, u.deleted_at IS NOT NULL, u.created_at
FROM user_addresses a JOIN users u ON u.id = a.user_id
WHERE a.address = :address
