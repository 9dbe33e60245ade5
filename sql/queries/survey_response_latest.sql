-- When the latest answer of a participant that has reached the roster was recorded.
SELECT max(recorded_at) FROM survey_responses WHERE participant_id = :participant AND recorded_at IS NOT NULL
