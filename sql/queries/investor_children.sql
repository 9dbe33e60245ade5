-- A record that belongs to this one a row.
SELECT id FROM investors WHERE parent_id = :id AND deleted_at IS NULL ORDER BY id
