-- Whom the reports name that nothing was done about for want of proof.
SELECT r.id, r.kind, r.outcome, r.why, r.from_address, r.message_id, r.seen_at, r.token, r.original_message_id,
       b.address, b.action, b.class, b.reason, b.status, b.diagnostic, b.effect, p.did
FROM bounce_reports r
LEFT JOIN bounce_recipients b ON b.report_id = r.id
LEFT JOIN participants p ON p.id = b.participant_id
WHERE r.outcome = 'unmatched' ORDER BY r.id, b.id
