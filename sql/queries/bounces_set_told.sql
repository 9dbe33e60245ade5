-- The operator has been told of the reports up to this one.
UPDATE bounce_reports SET told_at = :now WHERE told_at IS NULL AND id <= :id
