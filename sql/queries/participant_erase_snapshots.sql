-- What was reckoned of one participant's days goes. The key begins with the study, so each is looked up on its own.
DELETE FROM daily_snapshots
WHERE participant_id = :id AND study_label IN (
    WITH RECURSIVE labels (label) AS (
        SELECT min(study_label) FROM daily_snapshots
        UNION ALL
        SELECT (SELECT min(study_label) FROM daily_snapshots WHERE study_label > label) FROM labels WHERE label IS NOT NULL
    )
    SELECT label FROM labels WHERE label IS NOT NULL)
