-- Where a mailbox's mail comes from, how it fares, and what it takes to get in.

-- file: imports alone; gmail-delegation: the service account's key file (in no database); gmail-oauth: the row below.
ALTER TABLE email_accounts ADD COLUMN provider TEXT NOT NULL DEFAULT 'file'
    CHECK (provider IN ('file', 'gmail-delegation', 'gmail-oauth', 'imap'));
ALTER TABLE email_accounts ADD COLUMN last_ok_at INTEGER;     -- the mailbox let us in
ALTER TABLE email_accounts ADD COLUMN last_error_at INTEGER;  -- it did not, and not again since; NULL after a success
ALTER TABLE email_accounts ADD COLUMN last_error TEXT;        -- in words for the operator, without secrets

-- Secrets of mailboxes, sealed with AES-256-GCM under a key outside the database and bound to their row: another row's blob does
-- not open here.
CREATE TABLE email_credentials (
    account_id  INTEGER NOT NULL REFERENCES email_accounts (id),
    -- oauth: a refresh token
    kind        TEXT NOT NULL CHECK (kind IN ('oauth', 'imap-password', 'smtp-password', 'service-account')),
    sealed      BLOB NOT NULL,
    key_id      TEXT NOT NULL,   -- first 8 bytes of the key's SHA-256, in hexadecimal
    client_id   TEXT,            -- the OAuth client that the refresh token is good for
    scopes      TEXT,            -- what was granted, separated by spaces
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (account_id, kind)
) STRICT, WITHOUT ROWID;

DROP VIEW v_email_accounts;
CREATE VIEW v_email_accounts AS
    SELECT id, address, provider, sync_enabled, datetime(last_ok_at, 'unixepoch') AS last_ok_at,
           datetime(last_error_at, 'unixepoch') AS last_error_at, last_error,
           datetime(created_at, 'unixepoch') AS created_at, datetime(deleted_at, 'unixepoch') AS deleted_at
    FROM email_accounts;
CREATE VIEW v_email_credentials AS
    SELECT c.account_id, a.address, c.kind, c.key_id, c.client_id, c.scopes,
           datetime(c.created_at, 'unixepoch') AS created_at, datetime(c.updated_at, 'unixepoch') AS updated_at
    FROM email_credentials c JOIN email_accounts a ON a.id = c.account_id;
