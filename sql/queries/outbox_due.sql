-- The messages that are due, oldest first: ready, or deferred until now; of one kind or (NULL) of all.
SELECT id FROM outbox
WHERE (:kind IS NULL OR kind = :kind) AND (state = 'ready' OR (state = 'deferred' AND coalesce(next_try_at, 0) <= :now))
ORDER BY id
