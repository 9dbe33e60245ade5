-- Moves a message of the outbox from the state :was to another one.
UPDATE outbox SET state = :state, updated_at = :now WHERE id = :id AND state = :was
