-- A participant at the moment of sending.
SELECT email, status = 'active' AND deleted_at IS NULL FROM participants WHERE id = :id
