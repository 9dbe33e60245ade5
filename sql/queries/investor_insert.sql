-- A new record.
INSERT INTO investors (kind, name, parent_id, notes, created_at, updated_at)
VALUES (:kind, :name, :parent_id, :notes, :now, :now)
RETURNING id
