-- What reports say of a participant, the newest first.
SELECT r.id, r.kind, r.outcome, r.why, r.from_address, r.message_id, b.bounced_at, r.token, r.original_message_id,
       b.address, b.action, b.class, b.reason, b.status, b.diagnostic, b.effect, NULL
FROM bounce_recipients b JOIN bounce_reports r ON r.id = b.report_id
WHERE b.participant_id = :id ORDER BY b.bounced_at DESC, b.id DESC LIMIT :limit
