-- A message of a remote mailbox, by the mailbox's own id.
SELECT email_id, labels, received_at, listing, deleted_at IS NOT NULL
FROM email_remote_messages WHERE account_id = :account AND remote_id = :remote
