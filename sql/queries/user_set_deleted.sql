-- Marks a team member as removed, or takes the mark off (NULL).
UPDATE users SET deleted_at = :deleted_at WHERE id = :id
