-- The 100,000 participants of compliance.sql.
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
INSERT INTO participants (did, email, created_at, updated_at, status_changed_at, email_changed_at)
SELECT printf('did:plc:%024x', i * 1000003), 'p' || i || '@people.example', 0, 0, 0, 0 FROM n;
