-- One row while the participant is on the roster.
SELECT 1 FROM participants WHERE id = :id AND deleted_at IS NULL
