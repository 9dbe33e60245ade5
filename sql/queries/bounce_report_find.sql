-- A report by its hash.
SELECT id FROM bounce_reports WHERE hash = :hash
