-- Writes a participant's contact fields; an address that is another dates from now.
UPDATE participants
SET email_changed_at = CASE WHEN email = :email COLLATE NOCASE THEN email_changed_at ELSE :now END,
    email = :email, type = :type, feed_url = :feed_url, survey_completed_at = :survey_completed_at,
    prolific_id = :prolific_id, study_type = :study_type, language = :language, updated_at = :now
WHERE id = :id
