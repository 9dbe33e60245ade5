-- A compliance database of 10,000 participants: 1,000,000 engagements and 200,000 feed requests in the 20 days up to
-- 2026-11-20 15:00 UTC, in the order in which they happened. No index.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE feed_requests (requester_did TEXT, timestamp TEXT);
CREATE TABLE engagements (did_engagement TEXT, engagement_type TEXT, timestamp TEXT);
BEGIN;
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999)
INSERT INTO engagements
SELECT printf('did:plc:%024x', abs(random() % 10000) * 1000003),
       CASE abs(random() % 8) WHEN 0 THEN 'reply' WHEN 1 THEN 'repost' WHEN 2 THEN 'quote' ELSE 'like' END,
       strftime('%Y-%m-%dT%H:%M:%fZ', 1795186800 - 1728000 + i * 1.728, 'unixepoch')
FROM n;
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199999)
INSERT INTO feed_requests
SELECT printf('did:plc:%024x', abs(random() % 10000) * 1000003),
       strftime('%Y-%m-%dT%H:%M:%SZ', 1795186800 - 1728000 + i * 8.64, 'unixepoch')
FROM n;
COMMIT;
