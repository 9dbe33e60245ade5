-- A participant of the roster a row, of one status or (NULL) of any.
SELECT id, did, email, status, type, feed_url, survey_completed_at, prolific_id, study_type, language, created_at, updated_at,
       status_changed_at, email_changed_at, exported_at, deleted_at IS NOT NULL
FROM participants
WHERE deleted_at IS NULL AND (:status IS NULL OR status = :status)
ORDER BY did
