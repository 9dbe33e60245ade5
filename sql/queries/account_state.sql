-- A mailbox, removed or not, by its own address.
SELECT id, deleted_at IS NOT NULL FROM email_accounts WHERE address = :address
