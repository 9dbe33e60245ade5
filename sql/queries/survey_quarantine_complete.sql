-- The answer itself is complete by now.
UPDATE survey_quarantine SET resolved_at = :now
WHERE survey_id = :survey AND response_id = :response AND resolved_at IS NULL RETURNING id
