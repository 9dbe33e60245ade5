-- The next place that could not be read, by file and place.
SELECT f.id, f.source_id, s.path, s.kind, f.source_offset, f.source_name, 
    f.source_offset < 0 OR (s.completed_at IS NULL AND s.kind = 'mbox' AND f.source_offset >= s.cursor_offset)
FROM email_failed_items f JOIN email_sources s ON s.id = f.source_id
WHERE f.account_id = :account AND f.resolved_at IS NULL
    AND (f.source_id, f.source_offset, f.source_name) > (:source, :offset, :name)
ORDER BY f.source_id, f.source_offset, f.source_name LIMIT 1
