-- Answers in quarantine, oldest first; :all: those that are dealt with, too.
SELECT id, survey_id, response_id, reason, did, email, feed_url, prolific_id, recorded_at, seen_at, resolved_at
FROM survey_quarantine WHERE :all OR resolved_at IS NULL ORDER BY id
