-- A file or folder is read from its start.
UPDATE email_sources SET kind = :kind, keep = :keep, cursor_offset = 0, prefix_hash = NULL, messages = 0, completed_at = NULL
WHERE id = :id
