-- Takes the mark off a removed mailbox.
UPDATE email_accounts SET deleted_at = NULL WHERE address = :address AND deleted_at IS NOT NULL RETURNING id
