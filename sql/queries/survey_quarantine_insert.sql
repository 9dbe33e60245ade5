-- An answer that lacks something, if it is not in quarantine yet.
INSERT INTO survey_quarantine (survey_id, response_id, reason, did, email, feed_url, prolific_id, recorded_at, seen_at)
VALUES (:survey, :response, :reason, :did, :email, :feed_url, :prolific_id, :recorded_at, :now)
ON CONFLICT (survey_id, response_id) DO NOTHING RETURNING id
