-- What was done about attempts and is not in send_log.jsonl yet.
SELECT b.id, b.report_id, a.outbox_id, a.attempt, a.recipient, b.action, b.class, b.reason, b.status, b.diagnostic,
       b.remote_mta, b.effect, p.did, b.bounced_at, r.seen_at, a.message_id
FROM bounce_recipients b
JOIN bounce_reports r ON r.id = b.report_id
JOIN send_attempts a ON a.id = b.attempt_id
LEFT JOIN participants p ON p.id = b.participant_id
WHERE b.is_logged = 0 ORDER BY b.id LIMIT :limit
