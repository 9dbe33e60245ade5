-- Keeps a sealed secret, over the one of its kind that the mailbox has.
INSERT INTO email_credentials (account_id, kind, sealed, key_id, client_id, scopes, created_at, updated_at)
VALUES (:account_id, :kind, :sealed, :key_id, :client_id, :scopes, :now, :now)
ON CONFLICT (account_id, kind) DO UPDATE SET
    sealed = excluded.sealed, key_id = excluded.key_id, client_id = excluded.client_id, scopes = excluded.scopes,
    updated_at = excluded.updated_at
