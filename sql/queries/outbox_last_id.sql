-- The newest message of the outbox (0: none).
SELECT coalesce(max(id), 0) FROM outbox
