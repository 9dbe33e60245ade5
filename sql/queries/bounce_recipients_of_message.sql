-- One row for each recipient of a message, with the last attempt that may have reached them (0: none).
SELECT coalesce(a.id, 0), r.outbox_id, coalesce(a.attempt, 0), r.address, coalesce(a.started_at, 0), coalesce(r.user_id, 0),
       coalesce(r.participant_id, 0), coalesce(a.message_id, '')
FROM outbox_recipients r
LEFT JOIN send_attempts a ON a.outbox_id = r.outbox_id AND a.recipient = r.address AND a.attempt = (
    SELECT max(attempt) FROM send_attempts l
    WHERE l.outbox_id = r.outbox_id AND l.recipient = r.address AND l.status NOT IN ('simulated', 'account'))
WHERE r.outbox_id = :outbox_id ORDER BY r.address
