-- An attempt at a message begins.
UPDATE outbox SET state = 'sending', attempts = :attempt, next_try_at = NULL, updated_at = :now
WHERE id = :id AND state = :was
