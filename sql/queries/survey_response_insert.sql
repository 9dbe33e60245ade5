-- An answer reached the roster; no participant: the person was erased.
INSERT INTO survey_responses (survey_id, response_id, participant_id, recorded_at, seen_at)
VALUES (:survey, :response, :participant, :recorded_at, :now)
