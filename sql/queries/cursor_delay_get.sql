-- How often in a row a mailbox did not let us in, and when the clockwork may come again.
SELECT failures, next_at FROM email_accounts WHERE id = :account
