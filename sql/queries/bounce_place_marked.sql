-- A copy that is marked on the server.
UPDATE bounce_places SET is_due = 0, marked_at = :now
WHERE account_id = :account_id AND folder = :folder AND uidvalidity = :uidvalidity AND uid = :uid
