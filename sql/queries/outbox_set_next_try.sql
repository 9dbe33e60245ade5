-- When a message that is unknown is looked up again.
UPDATE outbox SET next_try_at = :next_try_at WHERE id = :id AND state = 'unknown'
