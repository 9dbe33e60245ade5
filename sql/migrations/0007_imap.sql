-- Where an IMAP mailbox is. Its password is in email_credentials.
CREATE TABLE email_imap (
    account_id      INTEGER PRIMARY KEY REFERENCES email_accounts (id),
    host            TEXT NOT NULL,
    port            INTEGER NOT NULL,
    security        TEXT NOT NULL CHECK (security IN ('ssl', 'starttls', 'none')),
    plain_anywhere  INTEGER NOT NULL DEFAULT 0, -- security none to another machine was asked for with --force
    login           TEXT NOT NULL,              -- the user's name there
    folders         TEXT                        -- only these, one a line; NULL: all but drafts, junk and trash
) STRICT;
