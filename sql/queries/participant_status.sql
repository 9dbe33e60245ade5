-- A participant's status.
SELECT status FROM participants WHERE id = :id
