-- Takes an alias from a mailbox.
DELETE FROM email_account_aliases WHERE address = :address AND account_id = :id RETURNING account_id
