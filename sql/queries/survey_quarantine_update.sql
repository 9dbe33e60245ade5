-- An answer in quarantine was seen again, and may lack something else by now; what a person has dealt with stays so.
UPDATE survey_quarantine SET reason = :reason, did = :did, email = :email, feed_url = :feed_url, prolific_id = :prolific_id
WHERE survey_id = :survey AND response_id = :response AND resolved_at IS NULL
