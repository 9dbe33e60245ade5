-- The next thread whose mail is to be matched again.
SELECT id FROM email_threads WHERE to_rematch = 1 AND id > :after ORDER BY id LIMIT 1
