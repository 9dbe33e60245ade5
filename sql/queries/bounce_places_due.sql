-- Copies in a folder that are still to be marked.
SELECT uid FROM bounce_places
WHERE account_id = :account_id AND folder = :folder AND uidvalidity = :uidvalidity AND is_due = 1
ORDER BY uid LIMIT :limit
