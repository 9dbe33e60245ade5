-- The messages of the outbox, of one state or (NULL) of all, oldest first.
SELECT id, kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end, sha256, size_bytes,
       created_at, updated_at, token, expires_at, attempts, next_try_at
FROM outbox WHERE :state IS NULL OR state = :state
ORDER BY id
