-- A place was read at last, if it ever failed.
UPDATE email_failed_items SET resolved_at = :now
WHERE account_id = :account AND source_id = :source AND source_offset = :offset AND source_name = :name AND resolved_at IS NULL
