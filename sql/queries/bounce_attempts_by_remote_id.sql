-- The attempts that a service gave this id to, the last one first.
SELECT a.id, a.outbox_id, a.attempt, a.recipient, a.started_at, coalesce(r.user_id, 0), coalesce(r.participant_id, 0), a.message_id
FROM send_attempts a
JOIN outbox_recipients r ON r.outbox_id = a.outbox_id AND r.address = a.recipient
WHERE a.remote_id = :id AND a.started_at >= :since AND a.status NOT IN ('simulated', 'account')
ORDER BY a.outbox_id DESC, a.attempt DESC, a.recipient
