-- One row a state: the messages that need a person, or wait for a server, and the oldest of them; failed and expired ones of late.
SELECT state, count(*), min(id) FROM outbox
WHERE state IN ('unknown', 'deferred', 'sending') OR (state IN ('failed', 'expired') AND updated_at >= :since)
GROUP BY state ORDER BY state
