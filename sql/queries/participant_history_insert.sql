-- A change of a participant's status; the first one has no old status.
INSERT INTO participant_status_history (participant_id, old_status, new_status, reason, actor, changed_at)
VALUES (:participant_id, :old_status, :new_status, :reason, :actor, :now)
