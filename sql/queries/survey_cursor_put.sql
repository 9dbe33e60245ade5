-- A sync of the survey went through.
INSERT INTO survey_cursors (survey_id, name, synced_at) VALUES (:survey, :name, :now)
ON CONFLICT (survey_id) DO UPDATE SET synced_at = excluded.synced_at,
    name = CASE excluded.name WHEN '' THEN name ELSE excluded.name END
