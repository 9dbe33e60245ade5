-- A recipient who was erased: the state stays, the address does not.
UPDATE outbox_recipients
SET address = 'erased:' || :participant_id, participant_id = NULL
WHERE outbox_id = :outbox_id AND address = :address
