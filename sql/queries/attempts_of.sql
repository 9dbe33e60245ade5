-- The attempts at one message, by number and recipient.
SELECT id, outbox_id, attempt, recipient, transport, coalesce(account_id, 0), server, message_id, sha256, size_bytes,
       rendered_at, started_at, coalesce(finished_at, 0), status, coalesce(code, 0), enhanced, words, remote_id,
       delivery, coalesce(delivery_at, 0)
FROM send_attempts WHERE outbox_id = :outbox_id ORDER BY attempt, recipient
