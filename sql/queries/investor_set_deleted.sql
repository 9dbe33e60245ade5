-- Marks a record as removed, or takes the mark off (NULL).
UPDATE investors SET deleted_at = :deleted_at, updated_at = :now WHERE id = :id
