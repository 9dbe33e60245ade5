-- How many people get the team digest.
SELECT count(*) FROM users WHERE role = 'admin' AND active AND deleted_at IS NULL
