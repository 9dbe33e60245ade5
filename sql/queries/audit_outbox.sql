-- The messages of the outbox that are still to be sent, or may be, one a row; a person who was erased has no file left.
SELECT id, sha256, size_bytes FROM outbox
WHERE state IN ('held', 'ready', 'sending', 'deferred', 'failed', 'unknown') AND dedupe_key <> 'erased:' || id
ORDER BY id
