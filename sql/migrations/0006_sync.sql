-- Remote mailboxes: what of them is captured, how far, and what it cost.

-- A message of a remote mailbox, by the mailbox's own id: what is known is never fetched again. Several of them may be one
-- message (a copy in another folder): its sighting is deleted when all of them are.
CREATE TABLE email_remote_messages (
    account_id   INTEGER NOT NULL REFERENCES email_accounts (id),
    remote_id    TEXT NOT NULL,      -- Gmail: id; IMAP: folder, UIDVALIDITY and UID
    email_id     INTEGER REFERENCES emails (id), -- NULL: left out, as a draft, as spam or as trash
    labels       TEXT NOT NULL,      -- comma-separated, in alphabetical order
    received_at  INTEGER NOT NULL,   -- by the mailbox's own clock; 0: it does not tell
    listing      INTEGER NOT NULL,   -- the last one that it was seen in (email_cursors.listing)
    deleted_at   INTEGER,            -- no longer in the mailbox, or left out by now
    PRIMARY KEY (account_id, remote_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX email_remote_messages_by_email ON email_remote_messages (email_id, account_id);

-- How far a remote mailbox is captured: a row each. A listing (backfill, reconcile) walks over all of it page by page, while
-- changes are read from the cursor on, which was taken before the listing began.
CREATE TABLE email_cursors (
    account_id     INTEGER PRIMARY KEY REFERENCES email_accounts (id),
    source_id      INTEGER NOT NULL REFERENCES email_sources (id), -- what its sightings and failed items name as their source
    -- people: the backfill's first part, mail of the people on record; increment: no listing is under way
    phase          TEXT NOT NULL CHECK (phase IN ('people', 'backfill', 'reconcile', 'increment')),
    cursor         TEXT NOT NULL,      -- changes behind it are still to be read (Gmail: historyId; IMAP: state of each folder)
    cursor_at      INTEGER NOT NULL,   -- when the mailbox gave it
    listing        INTEGER NOT NULL,   -- number of the last listing, from 1
    since          INTEGER,            -- the listing takes what came then or later; NULL: all
    people_after   TEXT,               -- the mail of the people up to this address is listed
    page_token     TEXT,               -- the next page of the listing; NULL: the first
    listed         INTEGER NOT NULL DEFAULT 0, -- messages on the pages that are done
    total          INTEGER,            -- about, of the mailbox
    begun_at       INTEGER NOT NULL,   -- the listing
    finished_at    INTEGER,
    in_step_at     INTEGER             -- all that the mailbox held at that time is captured; NULL: never yet
) STRICT;

-- Of the mailbox, since it may fail before there is a cursor.
ALTER TABLE email_accounts ADD COLUMN failures INTEGER NOT NULL DEFAULT 0; -- runs in a row that did not get through
ALTER TABLE email_accounts ADD COLUMN next_at INTEGER;                     -- no run of the clockwork before

-- Messages that match and whose text is still to be fetched: few.
CREATE INDEX emails_wanting_text ON emails (id) WHERE is_matched = 1 AND has_body = 0;

ALTER TABLE email_sync_runs ADD COLUMN messages_skipped INTEGER NOT NULL DEFAULT 0; -- left out: drafts, spam, trash
ALTER TABLE email_sync_runs ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;         -- to the mailbox's server
ALTER TABLE email_sync_runs ADD COLUMN units INTEGER NOT NULL DEFAULT 0;            -- of Gmail's quota
CREATE INDEX email_sync_runs_by_account ON email_sync_runs (account_id, id);

CREATE VIEW v_email_cursors AS
    SELECT c.account_id, a.address, c.phase, c.listed, c.total, datetime(c.begun_at, 'unixepoch') AS begun_at,
           datetime(c.finished_at, 'unixepoch') AS finished_at, datetime(c.in_step_at, 'unixepoch') AS in_step_at,
           a.failures, datetime(a.next_at, 'unixepoch') AS next_at
    FROM email_cursors c JOIN email_accounts a ON a.id = c.account_id;
CREATE VIEW v_email_remote_messages AS
    SELECT account_id, remote_id, email_id, labels, datetime(received_at, 'unixepoch') AS received_at,
           datetime(deleted_at, 'unixepoch') AS deleted_at
    FROM email_remote_messages;
