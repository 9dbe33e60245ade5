-- What can change of a team member.
UPDATE users SET name = :name, role = CASE WHEN :is_admin THEN 'admin' ELSE 'member' END, active = :active WHERE id = :id
