-- Delivery: the states of a message, what became of it for each recipient, every attempt, and the servers that take it.

-- The outbox anew, with all its states:
--   held      a person keeps it back            ready      goes out with the next run
--   sending   an attempt has begun              sent       taken over by a server, for every recipient
--   deferred  to be tried again at next_try_at  failed     refused for good, for one recipient at least
--   unknown   it may have gone out: no answer   simulated  went to the folder "simulated" instead
--   discarded dropped by a person, or replaced  expired    was not sent before expires_at
CREATE TABLE outbox_next (
    id            INTEGER PRIMARY KEY,
    kind          TEXT NOT NULL CHECK (kind IN ('team', 'participant', 'test')),
    dedupe_key    TEXT NOT NULL,      -- what it is about ("team:<since>:<until>"): one live message each
    state         TEXT NOT NULL CHECK (state IN ('held', 'ready', 'sending', 'sent', 'deferred', 'failed', 'unknown',
                                                 'simulated', 'discarded', 'expired')),
    subject       TEXT NOT NULL,
    from_address  TEXT NOT NULL,
    message_id    TEXT NOT NULL UNIQUE,
    token         TEXT UNIQUE,        -- its X-Mailroom-Message-ID; NULL: frozen before there were tokens
    period_start  INTEGER NOT NULL,
    period_end    INTEGER NOT NULL,   -- the first second after the period
    expires_at    INTEGER,            -- stale from then on; NULL: when the next of its kind is due
    sha256        BLOB NOT NULL,
    size_bytes    INTEGER NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    next_try_at   INTEGER,            -- of deferred
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
INSERT INTO outbox_next (id, kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end,
                         sha256, size_bytes, created_at, updated_at)
    SELECT id, kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end,
           sha256, size_bytes, created_at, updated_at
    FROM outbox;

-- To whom each goes, and what became of it there.
CREATE TABLE outbox_recipients_next (
    outbox_id       INTEGER NOT NULL REFERENCES outbox_next (id),
    address         TEXT NOT NULL,
    user_id         INTEGER REFERENCES users (id),
    participant_id  INTEGER REFERENCES participants (id),
    state           TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'deferred', 'failed',
                                                                     'unknown', 'simulated')),
    PRIMARY KEY (outbox_id, address)
) STRICT, WITHOUT ROWID;
INSERT INTO outbox_recipients_next (outbox_id, address, user_id) SELECT outbox_id, address, user_id FROM outbox_recipients;

DROP VIEW v_outbox;
DROP TABLE outbox_recipients;
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;
ALTER TABLE outbox_recipients_next RENAME TO outbox_recipients;
CREATE UNIQUE INDEX outbox_by_dedupe_key ON outbox (dedupe_key) WHERE state <> 'discarded';
CREATE INDEX outbox_by_state ON outbox (state, kind);
CREATE INDEX outbox_recipients_by_address ON outbox_recipients (address);
CREATE INDEX outbox_recipients_by_participant ON outbox_recipients (participant_id) WHERE participant_id IS NOT NULL;

-- Every attempt, for each recipient it was made for. The row is there, with status "sending", before anything goes out.
CREATE TABLE send_attempts (
    id           INTEGER PRIMARY KEY,
    outbox_id    INTEGER NOT NULL REFERENCES outbox (id),
    attempt      INTEGER NOT NULL,            -- of the message: 1, 2, ...
    recipient    TEXT NOT NULL,
    transport    TEXT NOT NULL CHECK (transport IN ('smtp', 'gmail', 'postmark', 'simulation')),
    account_id   INTEGER REFERENCES email_accounts (id),  -- through whose account
    server       TEXT,                        -- host:port or service
    message_id   TEXT NOT NULL,               -- as sent
    sha256       BLOB NOT NULL,               -- of what was sent
    size_bytes   INTEGER NOT NULL,
    rendered_at  INTEGER NOT NULL,            -- when the message was built
    started_at   INTEGER NOT NULL,
    finished_at  INTEGER,
    -- account: the account was at fault, the message waits
    status       TEXT NOT NULL CHECK (status IN ('sending', 'sent', 'deferred', 'failed', 'unknown', 'simulated', 'account')),
    code         INTEGER,                     -- the server's: 250, or of HTTP
    enhanced     TEXT,                        -- 2.0.0
    words        TEXT,                        -- the server's, or ours about the failure; without secrets
    remote_id    TEXT,                        -- the service's own id of the message
    UNIQUE (outbox_id, attempt, recipient)
) STRICT;
CREATE INDEX send_attempts_by_recipient ON send_attempts (recipient, started_at);
CREATE INDEX send_attempts_by_message_id ON send_attempts (message_id);
CREATE INDEX send_attempts_by_start ON send_attempts (started_at);

-- The mail server that a sending address uses. The password is sealed in email_credentials, unless a command tells it.
CREATE TABLE email_smtp_settings (
    account_id        INTEGER PRIMARY KEY REFERENCES email_accounts (id),
    host              TEXT NOT NULL,
    port              INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    security          TEXT NOT NULL CHECK (security IN ('ssl', 'starttls', 'none')),
    is_forced         INTEGER NOT NULL CHECK (is_forced IN (0, 1)),  -- "none" to another machine all the same
    auth              TEXT NOT NULL CHECK (auth IN ('plain', 'login', 'xoauth2', 'oauthbearer', 'none')),
    user              TEXT,
    password_command  TEXT,            -- prints the password; NULL: it is sealed
    envelope_sender   TEXT,            -- where reports go; NULL: the address itself
    ca_file           TEXT,            -- whom to trust instead of the system's authorities
    is_enabled        INTEGER NOT NULL DEFAULT 0 CHECK (is_enabled IN (0, 1)),  -- a test has passed, and no login has failed since
    disabled_why      TEXT,            -- in words for the operator; NULL while it is enabled
    last_ok_at        INTEGER,
    last_error_at     INTEGER,         -- NULL after a success
    last_error        TEXT,
    updated_at        INTEGER NOT NULL
) STRICT;

CREATE VIEW v_outbox AS
    SELECT id, kind, state, subject, from_address, message_id, token, lower(hex(sha256)) AS sha256, size_bytes, attempts,
           datetime(period_start, 'unixepoch') AS period_start, datetime(period_end, 'unixepoch') AS period_end,
           datetime(expires_at, 'unixepoch') AS expires_at, datetime(next_try_at, 'unixepoch') AS next_try_at,
           datetime(created_at, 'unixepoch') AS created_at, datetime(updated_at, 'unixepoch') AS updated_at
    FROM outbox;
CREATE VIEW v_send_attempts AS
    SELECT id, outbox_id, attempt, recipient, transport, account_id, server, message_id, lower(hex(sha256)) AS sha256,
           size_bytes, datetime(rendered_at, 'unixepoch') AS rendered_at, datetime(started_at, 'unixepoch') AS started_at,
           datetime(finished_at, 'unixepoch') AS finished_at, status, code, enhanced, words, remote_id
    FROM send_attempts;
CREATE VIEW v_email_smtp_settings AS
    SELECT s.account_id, a.address, s.host, s.port, s.security, s.is_forced, s.auth, s.user, s.password_command,
           s.envelope_sender, s.ca_file, s.is_enabled, s.disabled_why, datetime(s.last_ok_at, 'unixepoch') AS last_ok_at,
           datetime(s.last_error_at, 'unixepoch') AS last_error_at, s.last_error,
           datetime(s.updated_at, 'unixepoch') AS updated_at
    FROM email_smtp_settings s JOIN email_accounts a ON a.id = s.account_id;
CREATE VIEW v_room_secrets AS
    SELECT name, key_id, datetime(created_at, 'unixepoch') AS created_at FROM room_secrets;
