-- The messages of one state, oldest first.
SELECT id FROM outbox WHERE state = :state ORDER BY id
