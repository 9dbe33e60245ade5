-- The messages of the outbox that may still be sent or were sent, one a row.
SELECT id, sha256, size_bytes FROM outbox WHERE state <> 'discarded' ORDER BY id
