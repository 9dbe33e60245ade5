-- Mailroom's first schema: people, mailboxes, messages, threads, links, the outbox.
-- Times are INTEGER seconds since 1970-01-01 UTC. deleted_at IS NULL means "is there". Addresses are kept in the form in
-- which they are compared (lower case, domain as IDNA A-labels).

-- What the programs remember between runs, one value a name (digest_policy, digest_last_sent_at, ...).
CREATE TABLE app_settings (
    key         TEXT PRIMARY KEY,
    value       TEXT NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The team: the people who use Mailroom. Admins get the team digest.
CREATE TABLE users (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    role        TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('admin', 'member')),
    active      INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    created_at  INTEGER NOT NULL,
    deleted_at  INTEGER
) STRICT;

-- The addresses of a team member: one primary one, and aliases. An address belongs to one member.
CREATE TABLE user_addresses (
    address     TEXT PRIMARY KEY,
    user_id     INTEGER NOT NULL REFERENCES users (id),
    is_primary  INTEGER NOT NULL DEFAULT 0 CHECK (is_primary IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX user_addresses_by_user ON user_addresses (user_id);

-- The mailboxes that are captured.
CREATE TABLE email_accounts (
    id            INTEGER PRIMARY KEY,
    address       TEXT NOT NULL UNIQUE,
    sync_enabled  INTEGER NOT NULL DEFAULT 1 CHECK (sync_enabled IN (0, 1)),
    created_at    INTEGER NOT NULL,
    deleted_at    INTEGER
) STRICT;

-- Further addresses of the same mailbox: mail from one of them is mail that the mailbox sent.
CREATE TABLE email_account_aliases (
    address     TEXT PRIMARY KEY,
    account_id  INTEGER NOT NULL REFERENCES email_accounts (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX email_account_aliases_by_account ON email_account_aliases (account_id);

-- Whom the team talks to, on record: a fund, an organisation, a contact (a person), or a plain address worth following.
CREATE TABLE investors (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('fund', 'organisation', 'contact', 'address')),
    name        TEXT NOT NULL,
    parent_id   INTEGER REFERENCES investors (id), -- contact -> organisation or fund, organisation -> fund
    notes       TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    deleted_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX investors_once_by_name ON investors (kind, lower(name)) WHERE kind IN ('fund', 'organisation') AND deleted_at IS NULL;
CREATE INDEX investors_by_name ON investors (lower(name));
CREATE INDEX investors_by_parent ON investors (parent_id);

-- The addresses of an investor. One address may be on several records: matching takes the fund before the organisation,
-- the organisation before the contact, the contact before the plain address.
CREATE TABLE investor_addresses (
    address      TEXT NOT NULL,
    investor_id  INTEGER NOT NULL REFERENCES investors (id),
    is_alias     INTEGER NOT NULL DEFAULT 0 CHECK (is_alias IN (0, 1)), -- another spelling or forwarding of the main one
    PRIMARY KEY (address, investor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX investor_addresses_by_investor ON investor_addresses (investor_id);

-- The registrable domains whose every address belongs to an organisation (or fund).
CREATE TABLE investor_domains (
    domain       TEXT NOT NULL,
    investor_id  INTEGER NOT NULL REFERENCES investors (id),
    PRIMARY KEY (domain, investor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX investor_domains_by_investor ON investor_domains (investor_id);

-- A conversation: messages joined by Message-ID, In-Reply-To and References, never by subject. When two threads join, the
-- messages of the smaller one move over and it stays as a sign-post (joined_into), so that no key need be rewritten.
CREATE TABLE email_threads (
    id           INTEGER PRIMARY KEY,
    size         INTEGER NOT NULL DEFAULT 0,              -- messages; of a sign-post: when it was one no longer
    joined_into  INTEGER REFERENCES email_threads (id),
    to_rematch   INTEGER NOT NULL DEFAULT 0               -- gained a link while it held other mail: that is to be matched again
) STRICT;
CREATE INDEX email_threads_to_rematch ON email_threads (id) WHERE to_rematch = 1;

-- What a thread is known by: the 64-bit hash (XXH3) of each Message-ID that its messages carry or name, and of each mailbox's
-- own thread id (Gmail). A hash, since the ids themselves are in emails and most named ones never
-- arrive. The thread may be a sign-post: follow joined_into.
CREATE TABLE email_thread_keys (
    key_hash   INTEGER PRIMARY KEY,
    thread_id  INTEGER NOT NULL REFERENCES email_threads (id)
) STRICT;

-- One row a message, however many mailboxes saw it. Two messages of one Message-ID but different bodies are two rows.
CREATE TABLE emails (
    id              INTEGER PRIMARY KEY,    -- in the order of arrival
    message_id      TEXT,                   -- without <>; NULL when absent
    body_sha256     BLOB NOT NULL,          -- of the decoded leaves: the same in every mailbox
    content_key     INTEGER NOT NULL,       -- 32 bits of XXH3 of the Message-ID, then 32 bits of body_sha256: one index finds
                                            -- messages by their id, and those that were seen before
    duplicate_of    INTEGER REFERENCES emails (id), -- the first message with this Message-ID, when its body is another one
    thread_id       INTEGER NOT NULL REFERENCES email_threads (id),
    sent_at         INTEGER NOT NULL,       -- the Date header; where it is absent or unreadable the time of capture
    has_date        INTEGER NOT NULL DEFAULT 1, -- 0: sent_at is the time of capture
    subject         TEXT NOT NULL DEFAULT '',
    from_name       TEXT,
    from_address    TEXT,                   -- the first From, in the form of comparison
    in_reply_to     TEXT,                   -- first id, without <>
    list_id         TEXT,
    is_bulk         INTEGER NOT NULL DEFAULT 0, -- a list's, a machine's, sent to many
    auto_submitted  TEXT,
    dmarc           TEXT,                   -- as the trusted Authentication-Results say; NULL when they say nothing
    size_bytes      INTEGER NOT NULL,       -- of the raw message
    is_matched      INTEGER NOT NULL DEFAULT 0, -- has a link that is confirmed or unverified
    has_body        INTEGER NOT NULL DEFAULT 0, -- its text is in email_bodies
    attachments     INTEGER NOT NULL DEFAULT 0, -- number of attachments it came with, kept or not
    created_at      INTEGER NOT NULL        -- when it was captured
) STRICT;
CREATE INDEX emails_by_content ON emails (content_key);
CREATE INDEX emails_by_thread ON emails (thread_id);
CREATE INDEX emails_by_date ON emails (sent_at);

-- The text of the messages that are kept: one row each (emails.has_body), empty where a message has no text. Apart from
-- emails, so that lists of messages stay narrow.
CREATE TABLE email_bodies (
    id        INTEGER PRIMARY KEY,  -- in the order in which they fill the pages best
    email_id  INTEGER NOT NULL UNIQUE REFERENCES emails (id),
    source    TEXT NOT NULL CHECK (source IN ('plain', 'html', 'none')), -- which part the text was made from
    text      TEXT NOT NULL
) STRICT;

-- Every address that was ever in a header of a message, once.
CREATE TABLE addresses (
    id       INTEGER PRIMARY KEY,
    address  TEXT NOT NULL UNIQUE,
    name     TEXT            -- the display name seen first
) STRICT;

-- Who was in which header of a message.
CREATE TABLE email_recipients (
    email_id    INTEGER NOT NULL REFERENCES emails (id),
    address_id  INTEGER NOT NULL REFERENCES addresses (id),
    role        TEXT NOT NULL CHECK (role IN ('from', 'sender', 'reply-to', 'to', 'cc', 'bcc')),
    PRIMARY KEY (email_id, address_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX email_recipients_by_address ON email_recipients (address_id, email_id);

-- The attachments of kept messages. The bytes are a file named by its hash under the data folder's attachments/.
CREATE TABLE email_attachments (
    id            INTEGER PRIMARY KEY,
    email_id      INTEGER NOT NULL REFERENCES emails (id),
    position      INTEGER NOT NULL,   -- from 0, in the order of the message
    filename      TEXT,               -- as the sender named it: for people, never a path
    content_type  TEXT NOT NULL,
    disposition   TEXT CHECK (disposition IN ('inline', 'attachment')),
    content_id    TEXT,
    size_bytes    INTEGER NOT NULL,   -- decoded
    sha256        BLOB NOT NULL,      -- of the decoded bytes
    is_stored     INTEGER NOT NULL DEFAULT 1, -- 0: over the size cap, no file was kept
    UNIQUE (email_id, position)
) STRICT;
CREATE INDEX email_attachments_by_sha256 ON email_attachments (sha256);

-- A file or folder that mail was imported from, and how far.
CREATE TABLE email_sources (
    id             INTEGER PRIMARY KEY,
    account_id     INTEGER NOT NULL REFERENCES email_accounts (id),
    kind           TEXT NOT NULL CHECK (kind IN ('mbox', 'maildir', 'eml')),
    path           TEXT NOT NULL,     -- absolute
    keep           TEXT NOT NULL,     -- MAILROOM_KEEP at that time: another one means reading it again
    device         INTEGER,           -- identity of the file when it was read to its end (of a folder: size_bytes is the
    inode          INTEGER,           -- number of files, mtime_ns and ctime_ns are hashes of its listing)
    size_bytes     INTEGER,
    mtime_ns       INTEGER,
    ctime_ns       INTEGER,
    cursor_offset  INTEGER NOT NULL DEFAULT 0, -- bytes of (decompressed) mbox, or files of a folder, that are in the database
    prefix_hash    BLOB,              -- XXH3-128 of those: a file that only grew goes on from there
    messages       INTEGER NOT NULL DEFAULT 0, -- messages before the cursor, failed ones too
    completed_at   INTEGER,           -- NULL while a run is under way or was cut off
    UNIQUE (account_id, path)
) STRICT;

-- A sighting: one row a mailbox and message.
CREATE TABLE email_account_messages (
    account_id        INTEGER NOT NULL REFERENCES email_accounts (id),
    email_id          INTEGER NOT NULL REFERENCES emails (id),
    is_sent           INTEGER NOT NULL,  -- From is the mailbox's own address (or alias)
    labels            TEXT,              -- Gmail labels, comma-separated
    remote_id         TEXT,              -- the mailbox's own id of the message (Gmail id, IMAP UID); NULL for files
    remote_thread_id  TEXT,              -- the mailbox's own thread id (Gmail)
    source_id         INTEGER REFERENCES email_sources (id),
    source_offset     INTEGER,           -- where it begins in an mbox (decompressed bytes)
    source_name       TEXT,              -- file name within a maildir or folder
    seen_at           INTEGER NOT NULL,
    deleted_at        INTEGER,
    PRIMARY KEY (account_id, email_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX email_account_messages_by_email ON email_account_messages (email_id);

-- Which investor a message concerns, by which of its addresses, and why.
CREATE TABLE email_investor_links (
    email_id     INTEGER NOT NULL REFERENCES emails (id),
    investor_id  INTEGER NOT NULL REFERENCES investors (id),
    match_kind   TEXT NOT NULL CHECK (match_kind IN ('address', 'alias', 'thread', 'domain', 'variant')),
    -- confirmed; unverified: From failed DMARC; proposed: a plus-tag or Gmail-dots variant, for a person to decide
    status       TEXT NOT NULL CHECK (status IN ('confirmed', 'unverified', 'proposed')),
    address      TEXT NOT NULL,   -- the address of the message that led here
    why          TEXT NOT NULL,   -- a sentence for people
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (email_id, investor_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX email_investor_links_by_investor ON email_investor_links (investor_id, email_id);

-- Every run of the capture, whatever became of it.
CREATE TABLE email_sync_runs (
    id                 INTEGER PRIMARY KEY,
    account_id         INTEGER REFERENCES email_accounts (id),
    kind               TEXT NOT NULL CHECK (kind IN ('import', 'retry', 'rematch', 'backfill', 'increment', 'reconcile')),
    source             TEXT,              -- path of an import
    status             TEXT NOT NULL CHECK (status IN ('running', 'ok', 'partial', 'failed', 'interrupted')),
    messages_seen      INTEGER NOT NULL DEFAULT 0,
    messages_stored    INTEGER NOT NULL DEFAULT 0,  -- new rows in emails or new sightings
    messages_known     INTEGER NOT NULL DEFAULT 0,  -- seen before in this mailbox
    messages_matched   INTEGER NOT NULL DEFAULT 0,  -- stored ones that match an investor
    messages_failed    INTEGER NOT NULL DEFAULT 0,
    attachments_saved  INTEGER NOT NULL DEFAULT 0,  -- files written
    error              TEXT,
    started_at         INTEGER NOT NULL,
    finished_at        INTEGER
) STRICT;
CREATE INDEX email_sync_runs_by_start ON email_sync_runs (started_at);

-- What could not be read, with its place and the reason, until a retry succeeds.
CREATE TABLE email_failed_items (
    id             INTEGER PRIMARY KEY,
    account_id     INTEGER NOT NULL REFERENCES email_accounts (id),
    source_id      INTEGER REFERENCES email_sources (id),
    source_offset  INTEGER NOT NULL DEFAULT 0,
    source_name    TEXT NOT NULL DEFAULT '',
    size_bytes     INTEGER,
    reason         TEXT NOT NULL,
    attempts       INTEGER NOT NULL DEFAULT 1,
    first_at       INTEGER NOT NULL,
    last_at        INTEGER NOT NULL,
    resolved_at    INTEGER,             -- a retry read it
    UNIQUE (account_id, source_id, source_offset, source_name)
) STRICT;

-- Messages to send, frozen: the bytes are outbox/<id>.eml, whose hash is here.
CREATE TABLE outbox (
    id            INTEGER PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('team')),
    dedupe_key    TEXT NOT NULL,      -- what it is about ("team:<since>:<until>"): one live message each
    state         TEXT NOT NULL CHECK (state IN ('ready', 'held', 'discarded', 'sent')),
    subject       TEXT NOT NULL,
    from_address  TEXT NOT NULL,
    message_id    TEXT NOT NULL UNIQUE,
    period_start  INTEGER NOT NULL,
    period_end    INTEGER NOT NULL,   -- the first second after the period
    sha256        BLOB NOT NULL,
    size_bytes    INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX outbox_by_dedupe_key ON outbox (dedupe_key) WHERE state <> 'discarded';
CREATE INDEX outbox_by_state ON outbox (state);

-- To whom each goes.
CREATE TABLE outbox_recipients (
    outbox_id  INTEGER NOT NULL REFERENCES outbox (id),
    address    TEXT NOT NULL,
    user_id    INTEGER REFERENCES users (id),
    PRIMARY KEY (outbox_id, address)
) STRICT, WITHOUT ROWID;
