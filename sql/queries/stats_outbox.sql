-- One row a state: how many messages of the outbox are in it.
SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state
