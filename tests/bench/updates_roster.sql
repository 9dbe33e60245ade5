-- The 10,000 participants of updates.sql, in four languages.
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
INSERT INTO participants (did, email, language, feed_url, created_at, updated_at, status_changed_at, email_changed_at)
SELECT printf('did:plc:%024x', i * 1000003), 'p' || i || '@people.example',
       CASE i % 4 WHEN 0 THEN 'nl' WHEN 1 THEN 'de' WHEN 2 THEN 'fr' END, 'https://feeds.example/f/' || i, 0, 0, 0, 0
FROM n;
