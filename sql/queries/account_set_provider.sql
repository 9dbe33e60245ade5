-- Says where a mailbox's mail comes from.
UPDATE email_accounts SET provider = :provider WHERE id = :id
