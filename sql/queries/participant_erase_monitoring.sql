-- How one participant stood goes. The key begins with the study, so each is looked up on its own.
DELETE FROM compliance_monitoring
WHERE participant_id = :id AND study_label IN (
    WITH RECURSIVE labels (label) AS (
        SELECT min(study_label) FROM compliance_monitoring
        UNION ALL
        SELECT (SELECT min(study_label) FROM compliance_monitoring WHERE study_label > label) FROM labels WHERE label IS NOT NULL
    )
    SELECT label FROM labels WHERE label IS NOT NULL)
