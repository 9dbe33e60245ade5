-- The history of one participant's status goes.
DELETE FROM participant_status_history WHERE participant_id = :id
