-- A new team member.
INSERT INTO users (name, role, active, created_at)
VALUES (:name, CASE WHEN :is_admin THEN 'admin' ELSE 'member' END, :active, :now)
RETURNING id
