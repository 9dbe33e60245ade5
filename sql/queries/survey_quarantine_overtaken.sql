-- Those who gave a complete answer later, under the same did.
UPDATE survey_quarantine SET resolved_at = :now
WHERE resolved_at IS NULL AND did IS NOT NULL AND EXISTS (
    SELECT 1 FROM participants p JOIN survey_responses r ON r.participant_id = p.id
    WHERE p.did = survey_quarantine.did AND r.recorded_at >= survey_quarantine.recorded_at)
RETURNING id
