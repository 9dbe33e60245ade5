-- Gives a participant another status.
UPDATE participants SET status = :status, status_changed_at = :now, updated_at = :now WHERE id = :id
