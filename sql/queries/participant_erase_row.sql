-- The participant goes.
DELETE FROM participants WHERE id = :id
