-- Whether a mailbox has seen a message.
SELECT 1 FROM email_account_messages WHERE account_id = :account AND email_id = :id
