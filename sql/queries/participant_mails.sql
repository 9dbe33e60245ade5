-- A message to one participant a row, newest first, with the last attempt for this address.
SELECT o.id, o.created_at, o.subject, r.address, r.state, t.status, o.attempts, t.started_at, t.transport, t.enhanced, t.words,
       coalesce(t.code, 0)
FROM outbox_recipients r
JOIN outbox o ON o.id = r.outbox_id
LEFT JOIN send_attempts t ON t.outbox_id = o.id AND t.recipient = r.address
    AND t.attempt = (SELECT max(m.attempt) FROM send_attempts m WHERE m.outbox_id = o.id AND m.recipient = r.address)
WHERE r.participant_id = :id
ORDER BY o.id DESC
LIMIT :max
