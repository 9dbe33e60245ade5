-- The one message about :dedupe_key that is not discarded.
SELECT id, kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end, sha256, size_bytes,
       created_at, updated_at, token, expires_at, attempts, next_try_at
FROM outbox WHERE dedupe_key = :dedupe_key AND state <> 'discarded'
