-- A change of one participant's status a row, oldest first.
SELECT old_status, new_status, reason, actor, changed_at
FROM participant_status_history
WHERE participant_id = :id
ORDER BY id
