-- Marks a mailbox as removed.
UPDATE email_accounts SET deleted_at = :now WHERE address = :address AND deleted_at IS NULL RETURNING id
