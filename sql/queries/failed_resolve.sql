-- A place was read at last.
UPDATE email_failed_items SET resolved_at = :now WHERE id = :id
