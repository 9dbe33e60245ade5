-- How far a folder was read.
SELECT uidvalidity, uid FROM bounce_folders WHERE account_id = :account_id AND folder = :folder
