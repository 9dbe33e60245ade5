-- What lies before the cursor is in the database.
UPDATE email_sources SET cursor_offset = :offset, prefix_hash = :hash, messages = :messages, completed_at = NULL WHERE id = :id
