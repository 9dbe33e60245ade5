-- A new participant; gives the id.
INSERT INTO participants (did, email, status, type, feed_url, survey_completed_at, prolific_id, study_type, language,
                          created_at, updated_at, status_changed_at, email_changed_at, exported_at)
VALUES (:did, :email, :status, :type, :feed_url, :survey_completed_at, :prolific_id, :study_type, :language,
        :now, :now, :now, :now, :exported_at)
RETURNING id
