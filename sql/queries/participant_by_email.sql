-- A participant a row: those who have the address.
SELECT id, did, email, status, type, feed_url, survey_completed_at, prolific_id, study_type, language, created_at, updated_at,
       status_changed_at, email_changed_at, exported_at, deleted_at IS NOT NULL
FROM participants
WHERE email = :email COLLATE NOCASE AND deleted_at IS NULL
ORDER BY did
