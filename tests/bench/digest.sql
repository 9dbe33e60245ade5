-- A mailroom of 200,000 messages over 365 days, for measuring the team digest: 5 members with a mailbox each, 800 records
-- (200 organisations with 3 contacts each), every third message matched, one in ten bulk, one in four seen in two mailboxes.
-- Fill a fresh database with it: sqlite3 mailroom.db < digest.sql
BEGIN;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5)
INSERT INTO users (id, name, role, active, created_at)
SELECT i, 'Member ' || char(64 + i) || ' Jansen', CASE WHEN i < 3 THEN 'admin' ELSE 'member' END, 1, 0 FROM n;
INSERT INTO user_addresses SELECT 'member' || id || '@team.example', id, 1 FROM users;
INSERT INTO email_accounts (id, address, created_at) SELECT id, 'member' || id || '@team.example', 0 FROM users;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
INSERT INTO investors (id, kind, name, created_at, updated_at) SELECT i, 'organisation', 'Organisation ' || i, 0, 0 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
INSERT INTO investors (id, kind, name, parent_id, created_at, updated_at)
SELECT 200 + i, 'contact', 'Contact ' || i, 1 + (i - 1) / 3, 0, 0 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
INSERT INTO email_threads (id, size) SELECT i, 4 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
INSERT INTO emails (id, message_id, body_sha256, content_key, thread_id, sent_at, subject, from_name, from_address, is_bulk, size_bytes,
                    is_matched, created_at)
SELECT i, 'm' || i || '@mail.example', randomblob(32), i, 1 + i / 4,
       strftime('%s', '2025-11-20') + i * 365 * 86400 / 200000, 'Re: subject number ' || (i / 4),
       'Sender ' || (i % 600),
       CASE WHEN i % 3 = 1 THEN 'member' || (1 + i % 5) || '@team.example' ELSE 'contact' || (i % 600) || '@investor.example' END,
       i % 10 = 0, 20000, i % 3 = 0, 0
FROM n;
INSERT INTO email_account_messages (account_id, email_id, is_sent, seen_at)
SELECT 1 + id % 5, id, id % 3 = 1, sent_at FROM emails;
INSERT INTO email_account_messages (account_id, email_id, is_sent, seen_at)
SELECT 1 + (id + 1) % 5, id, 0, sent_at FROM emails WHERE id % 4 = 0;
INSERT INTO email_investor_links
SELECT id, 201 + (id * 7) % 600, 'address', CASE WHEN id % 60 = 0 THEN 'unverified' ELSE 'confirmed' END,
       'contact' || (id % 600) || '@investor.example', 'address on record', 0
FROM emails WHERE id % 3 < 2;
COMMIT;
