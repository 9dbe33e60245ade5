-- A person has dealt with an answer in quarantine.
UPDATE survey_quarantine SET resolved_at = :now WHERE id = :id AND resolved_at IS NULL RETURNING id
