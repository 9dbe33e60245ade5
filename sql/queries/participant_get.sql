-- The participant of a did, removed or not.
SELECT id, did, email, status, type, feed_url, survey_completed_at, prolific_id, study_type, language, created_at, updated_at,
       status_changed_at, email_changed_at, exported_at, deleted_at IS NOT NULL
FROM participants
WHERE did = :did
