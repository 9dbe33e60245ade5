-- A place that could not be read, or could not be read again.
INSERT INTO email_failed_items (account_id, source_id, source_offset, source_name, size_bytes, reason, first_at, last_at)
VALUES (:account, :source, :offset, :name, :size, :reason, :now, :now)
ON CONFLICT (account_id, source_id, source_offset, source_name) DO UPDATE
SET reason = excluded.reason, size_bytes = excluded.size_bytes, last_at = excluded.last_at, resolved_at = NULL,
    attempts = attempts + 1
