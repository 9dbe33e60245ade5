-- A row is a participant of the roster whose days are reckoned: those of status active, or (:all) of every status.
SELECT id, did, study_type FROM participants
WHERE deleted_at IS NULL AND (:all OR status = 'active')
ORDER BY id
