-- How many participants are in the audit log.
SELECT count(*) FROM participants WHERE exported_at IS NOT NULL AND deleted_at IS NULL
