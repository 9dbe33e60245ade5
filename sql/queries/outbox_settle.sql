-- What the states of its recipients make of a message: what remains to be done comes first.
UPDATE outbox SET updated_at = :now,
    next_try_at = CASE WHEN EXISTS (SELECT 1 FROM outbox_recipients WHERE outbox_id = :id AND state = 'deferred')
                       THEN :next_try_at END,
    state = (SELECT CASE WHEN sum(state = 'sending') > 0 THEN 'sending'
                         WHEN sum(state = 'waiting') > 0 THEN 'ready'
                         WHEN sum(state = 'deferred') > 0 THEN 'deferred'
                         WHEN sum(state = 'unknown') > 0 THEN 'unknown'
                         WHEN sum(state = 'failed') > 0 THEN 'failed'
                         WHEN sum(state = 'simulated') > 0 THEN 'simulated'
                         ELSE 'sent' END
             FROM outbox_recipients WHERE outbox_id = :id)
WHERE id = :id
