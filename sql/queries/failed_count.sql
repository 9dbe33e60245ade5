-- Places of a file that still cannot be read: all, and those before the cursor.
SELECT count(*), count(*) FILTER (WHERE source_offset >= 0 AND (source_name <> '' OR source_offset < :cursor))
FROM email_failed_items WHERE account_id = :account AND source_id = :source AND resolved_at IS NULL
