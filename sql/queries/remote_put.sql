-- A message of a remote mailbox: which one of ours it is, and how it stands there.
INSERT INTO email_remote_messages (account_id, remote_id, email_id, labels, received_at, listing, deleted_at)
VALUES (:account, :remote, :email, :labels, :received_at, :listing, :deleted_at)
ON CONFLICT (account_id, remote_id) DO UPDATE SET email_id = coalesce(excluded.email_id, email_id), labels = excluded.labels,
    received_at = excluded.received_at, listing = excluded.listing,
    deleted_at = CASE WHEN excluded.deleted_at IS NULL THEN NULL ELSE coalesce(deleted_at, excluded.deleted_at) END
