-- Places of a file that still cannot be read.
SELECT count(*) FROM email_failed_items WHERE account_id = :account AND source_id = :source AND resolved_at IS NULL
