-- The messages of the outbox that may still be sent or were sent, one a row; a person who was erased has no file left.
SELECT id, sha256, size_bytes FROM outbox WHERE state <> 'discarded' AND dedupe_key <> 'erased:' || id ORDER BY id
