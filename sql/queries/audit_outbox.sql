-- The messages of the outbox that are still to be sent, or may be, one a row.
SELECT id, sha256, size_bytes FROM outbox WHERE state IN ('held', 'ready', 'sending', 'deferred', 'failed', 'unknown') ORDER BY id
