-- Whom the reports name that the operator has not been told of.
SELECT r.id, r.kind, r.outcome, r.why, r.from_address, r.message_id, r.seen_at, r.token, r.original_message_id,
       b.address, b.action, b.class, b.reason, b.status, b.diagnostic, b.effect, p.did
FROM bounce_reports r
LEFT JOIN bounce_recipients b ON b.report_id = r.id
LEFT JOIN participants p ON p.id = b.participant_id
WHERE r.told_at IS NULL ORDER BY r.id, b.id
