-- Notes since when a participant is in the audit log.
UPDATE participants SET exported_at = :exported_at WHERE id = :id
