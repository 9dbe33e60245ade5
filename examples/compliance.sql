-- A compliance database to try things out with (in practice another program writes it): what the people of roster.csv did until
-- 20 November 2026. sqlite3 compliance.db < compliance.sql
CREATE TABLE feed_requests (requester_did TEXT NOT NULL, timestamp TEXT NOT NULL);
CREATE TABLE engagements (did_engagement TEXT NOT NULL, engagement_type TEXT NOT NULL, timestamp TEXT NOT NULL);

CREATE TEMP TABLE days AS
    WITH RECURSIVE d (n, day) AS (SELECT 1, date('2026-11-05') UNION ALL SELECT n + 1, date(day, '+1 day') FROM d WHERE n < 16)
    SELECT n, day FROM d;

-- Ana opens the feed each morning and misses every fifth day; Bram began on the 12th and is often away; Cleo only looks.
INSERT INTO feed_requests SELECT 'did:plc:ana4qk2x7hzp', day || 'T06:40:00+01:00' FROM days;
INSERT INTO feed_requests SELECT 'did:plc:bram7w3fd2tn', day || 'T19:05:00+01:00' FROM days WHERE n BETWEEN 8 AND 15 AND n % 2 = 0;
INSERT INTO feed_requests SELECT 'did:plc:cleo9y5mq8rb', day || 'T12:30:00+01:00' FROM days WHERE n IN (10, 13);

CREATE TEMP TABLE kinds (k, kind);
INSERT INTO kinds VALUES (1, 'like'), (2, 'like'), (3, 'repost'), (4, 'reply');
INSERT INTO engagements SELECT 'did:plc:ana4qk2x7hzp', kind, day || 'T06:4' || k || ':00+01:00' FROM days, kinds WHERE n % 5 <> 0;
INSERT INTO engagements SELECT 'did:plc:bram7w3fd2tn', kind, day || 'T19:1' || k || ':00+01:00' FROM days, kinds
    WHERE n BETWEEN 8 AND 15 AND n % 2 = 0 AND k < 4;
