-- A message to one person a row: to the participant, or to the address and nobody on record by it.
SELECT r.outbox_id, r.address,
       NOT EXISTS (SELECT 1 FROM outbox_recipients n WHERE n.outbox_id = r.outbox_id AND n.address <> r.address),
       o.state = 'sending'
FROM outbox_recipients r
JOIN outbox o ON o.id = r.outbox_id
WHERE r.participant_id = :id
   OR (r.address IN (:email, :normal) AND r.participant_id IS NULL AND r.user_id IS NULL)
ORDER BY r.outbox_id
