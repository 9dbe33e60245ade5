-- Attempts for one person keep when and how they went, not to whom.
UPDATE send_attempts
SET recipient = 'erased:' || :participant_id, words = NULL, remote_id = NULL
WHERE outbox_id = :outbox_id AND recipient = :address
