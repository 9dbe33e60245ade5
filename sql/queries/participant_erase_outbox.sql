-- A message to one person who was erased: the counts stay. What was not settled is dropped.
UPDATE outbox
SET subject = '', dedupe_key = 'erased:' || id,
    state = CASE WHEN state IN ('sent', 'failed', 'simulated', 'expired') THEN state ELSE 'discarded' END,
    next_try_at = NULL, updated_at = :now
WHERE id = :outbox_id
