-- What can change of a record.
UPDATE investors SET name = :name, parent_id = :parent_id, notes = :notes, updated_at = :now WHERE id = :id
