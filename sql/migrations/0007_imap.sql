-- IMAP mailboxes: how to reach the server. The password is sealed in email_credentials.
CREATE TABLE email_imap_settings (
    account_id   INTEGER PRIMARY KEY REFERENCES email_accounts (id),
    host         TEXT NOT NULL,
    port         INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    security     TEXT NOT NULL CHECK (security IN ('ssl', 'starttls', 'none')),
    is_forced    INTEGER NOT NULL CHECK (is_forced IN (0, 1)), -- "none" to another machine all the same
    auth         TEXT NOT NULL CHECK (auth IN ('password', 'oauth')),
    user         TEXT NOT NULL,
    ca_file      TEXT,            -- whom to trust instead of the system's authorities
    folders      TEXT NOT NULL,   -- a line each; empty: chosen by what the server tells
    updated_at   INTEGER NOT NULL
) STRICT;

CREATE VIEW v_email_imap_settings AS
    SELECT i.account_id, a.address, i.host, i.port, i.security, i.is_forced, i.auth, i.user, i.ca_file, i.folders,
           datetime(i.updated_at, 'unixepoch') AS updated_at
    FROM email_imap_settings i JOIN email_accounts a ON a.id = i.account_id;
