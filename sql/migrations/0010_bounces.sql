-- What came back: reports about mail that we sent, whom they name, and what was done about it. No text of a report is kept.

-- One row a report, however often and in however many folders it lies.
CREATE TABLE bounce_reports (
    id                   INTEGER PRIMARY KEY,
    source               TEXT NOT NULL CHECK (source IN ('imap', 'postmark')),
    hash                 BLOB NOT NULL UNIQUE,   -- of its Message-ID and body; of Postmark its number
    kind                 TEXT NOT NULL CHECK (kind IN ('bounce', 'delayed', 'delivered', 'complaint', 'unsubscribe')),
    confidence           INTEGER NOT NULL,       -- of the reading, 0 to 100
    from_address         TEXT,
    message_id           TEXT,                   -- the report's own
    reporting_mta        TEXT,
    reported_at          INTEGER,                -- its Date
    seen_at              INTEGER NOT NULL,
    original_message_id  TEXT,
    token                TEXT,                   -- as found
    -- token: with our HMAC; message-id: of an attempt to that recipient; api: told by the service that sent it; person: a person vouched
    proof                TEXT CHECK (proof IN ('token', 'message-id', 'api', 'person')),
    outbox_id            INTEGER REFERENCES outbox (id),
    outcome              TEXT NOT NULL CHECK (outcome IN ('matched', 'unmatched', 'ignored')),
    why                  TEXT,                   -- of unmatched: what is missing
    told_at              INTEGER,                -- the operator was told; NULL: still to be told, where there is anything to tell
    resolved_at          INTEGER,                -- a person decided about an unmatched one
    resolved_by          TEXT
) STRICT;
CREATE INDEX bounce_reports_unmatched ON bounce_reports (id) WHERE outcome = 'unmatched';
CREATE INDEX bounce_reports_by_outbox ON bounce_reports (outbox_id) WHERE outbox_id IS NOT NULL;
CREATE INDEX bounce_reports_untold ON bounce_reports (id) WHERE told_at IS NULL;

-- Each recipient that a report names, or stands for, and what that came to.
CREATE TABLE bounce_recipients (
    id              INTEGER PRIMARY KEY,
    report_id       INTEGER NOT NULL REFERENCES bounce_reports (id),
    address         TEXT NOT NULL,
    final_address   TEXT,
    action          TEXT NOT NULL CHECK (action IN ('failed', 'delayed', 'delivered', 'relayed', 'expanded', 'complained',
                                                    'unsubscribed')),
    class           TEXT NOT NULL CHECK (class IN ('none', 'soft', 'hard')),
    reason          TEXT NOT NULL,
    status          TEXT,              -- 5.1.1
    diagnostic      TEXT,              -- the server's words, one line
    remote_mta      TEXT,
    attempt_id      INTEGER REFERENCES send_attempts (id),   -- NULL: unmatched
    participant_id  INTEGER REFERENCES participants (id),
    user_id         INTEGER REFERENCES users (id),
    bounced_at      INTEGER NOT NULL,  -- when it was reported, as far as that can be
    day             TEXT NOT NULL,     -- the local day of bounced_at
    -- recorded: on the attempt alone        counted: a soft bounce that counts against the person
    -- deactivated, unsubscribed: by this    unchanged: the person's status says so already, or was set since
    -- old-address: the person has another   alerted: nobody's fault but ours, or a team member's: a person should look
    -- unmatched: not proven
    effect          TEXT NOT NULL CHECK (effect IN ('recorded', 'counted', 'deactivated', 'unsubscribed', 'unchanged',
                                                    'old-address', 'alerted', 'unmatched')),
    is_logged       INTEGER NOT NULL DEFAULT 0 CHECK (is_logged IN (0, 1))   -- in send_log.jsonl
) STRICT;
CREATE INDEX bounce_recipients_by_report ON bounce_recipients (report_id);
CREATE INDEX bounce_recipients_by_participant ON bounce_recipients (participant_id, bounced_at) WHERE participant_id IS NOT NULL;
CREATE INDEX bounce_recipients_by_attempt ON bounce_recipients (attempt_id) WHERE attempt_id IS NOT NULL;
CREATE INDEX bounce_recipients_by_user ON bounce_recipients (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX bounce_recipients_by_address ON bounce_recipients (address);
CREATE INDEX bounce_recipients_alerted ON bounce_recipients (bounced_at) WHERE effect = 'alerted';
CREATE INDEX bounce_recipients_unlogged ON bounce_recipients (id) WHERE is_logged = 0;

-- Where copies of a report lie on a server, and whether they are marked there.
CREATE TABLE bounce_places (
    account_id   INTEGER NOT NULL REFERENCES email_accounts (id),
    folder       TEXT NOT NULL,
    uidvalidity  INTEGER NOT NULL,
    uid          INTEGER NOT NULL,
    report_id    INTEGER NOT NULL REFERENCES bounce_reports (id),
    is_due       INTEGER NOT NULL CHECK (is_due IN (0, 1)),   -- still to be marked (as seen, or moved)
    marked_at    INTEGER,
    PRIMARY KEY (account_id, folder, uidvalidity, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX bounce_places_due ON bounce_places (account_id, folder, uidvalidity, uid) WHERE is_due = 1;
CREATE INDEX bounce_places_by_report ON bounce_places (report_id);

-- How far each folder is read: all messages up to the UID have been looked at.
CREATE TABLE bounce_folders (
    account_id   INTEGER NOT NULL REFERENCES email_accounts (id),
    folder       TEXT NOT NULL,
    uidvalidity  INTEGER NOT NULL,
    uid          INTEGER NOT NULL,
    scanned_at   INTEGER NOT NULL,
    PRIMARY KEY (account_id, folder)
) STRICT, WITHOUT ROWID;

-- What became of a message that a server took over, as reports tell it: the worst of them stays.
ALTER TABLE send_attempts ADD COLUMN delivery TEXT CHECK (delivery IN ('delayed', 'delivered', 'bounced', 'complained'));
ALTER TABLE send_attempts ADD COLUMN delivery_at INTEGER;
CREATE INDEX send_attempts_by_remote_id ON send_attempts (remote_id) WHERE remote_id IS NOT NULL;

DROP VIEW v_send_attempts;
CREATE VIEW v_send_attempts AS
    SELECT id, outbox_id, attempt, recipient, transport, account_id, server, message_id, lower(hex(sha256)) AS sha256,
           size_bytes, datetime(rendered_at, 'unixepoch') AS rendered_at, datetime(started_at, 'unixepoch') AS started_at,
           datetime(finished_at, 'unixepoch') AS finished_at, status, code, enhanced, words, remote_id, delivery,
           datetime(delivery_at, 'unixepoch') AS delivery_at
    FROM send_attempts;
CREATE VIEW v_bounce_reports AS
    SELECT id, source, kind, confidence, from_address, message_id, reporting_mta,
           datetime(reported_at, 'unixepoch') AS reported_at, datetime(seen_at, 'unixepoch') AS seen_at,
           original_message_id, token, proof, outbox_id, outcome, why, datetime(told_at, 'unixepoch') AS told_at,
           datetime(resolved_at, 'unixepoch') AS resolved_at, resolved_by, lower(hex(hash)) AS hash
    FROM bounce_reports;
CREATE VIEW v_bounce_recipients AS
    SELECT b.id, b.report_id, r.kind, b.address, b.final_address, b.action, b.class, b.reason, b.status, b.diagnostic,
           b.remote_mta, b.attempt_id, b.participant_id, p.did, b.user_id, datetime(b.bounced_at, 'unixepoch') AS bounced_at,
           b.day, b.effect, b.is_logged
    FROM bounce_recipients b
    JOIN bounce_reports r ON r.id = b.report_id
    LEFT JOIN participants p ON p.id = b.participant_id;
CREATE VIEW v_bounce_places AS
    SELECT l.account_id, a.address, l.folder, l.uidvalidity, l.uid, l.report_id, l.is_due,
           datetime(l.marked_at, 'unixepoch') AS marked_at
    FROM bounce_places l JOIN email_accounts a ON a.id = l.account_id;
CREATE VIEW v_bounce_folders AS
    SELECT f.account_id, a.address, f.folder, f.uidvalidity, f.uid, datetime(f.scanned_at, 'unixepoch') AS scanned_at
    FROM bounce_folders f JOIN email_accounts a ON a.id = f.account_id;
