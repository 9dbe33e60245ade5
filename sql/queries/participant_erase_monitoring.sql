-- How one participant stood goes.
DELETE FROM compliance_monitoring WHERE participant_id = :id
