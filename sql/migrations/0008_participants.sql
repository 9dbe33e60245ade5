-- A study's roster, what its participants did day by day, and the survey that fills it.

-- Keys of this mailroom itself (the one that signs message tokens, the one that hashes erased people), sealed as email_credentials is.
CREATE TABLE room_secrets (
    name        TEXT PRIMARY KEY,
    sealed      BLOB NOT NULL,
    key_id      TEXT NOT NULL,   -- first 8 bytes of the sealing key's SHA-256, in hexadecimal
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who takes part. The address keeps its local part as it was given; its domain is in A-labels. It is not unique: two
-- participants with one address are a finding of `participant validate`, not a loss.
CREATE TABLE participants (
    id                   INTEGER PRIMARY KEY,
    did                  TEXT NOT NULL UNIQUE,
    email                TEXT NOT NULL,
    status               TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'inactive', 'unsubscribed')),
    type                 TEXT CHECK (type IN ('pilot', 'prolific', 'admin', 'test')),
    feed_url             TEXT,
    survey_completed_at  INTEGER,
    prolific_id          TEXT,
    study_type           TEXT,
    language             TEXT,
    created_at           INTEGER NOT NULL,
    updated_at           INTEGER NOT NULL,
    status_changed_at    INTEGER NOT NULL,
    email_changed_at     INTEGER NOT NULL,   -- bounces of mail before it say nothing about this address
    exported_at          INTEGER,            -- in the audit log of export-csv since then
    deleted_at           INTEGER
) STRICT;
CREATE INDEX participants_by_email ON participants (email COLLATE NOCASE);
CREATE INDEX participants_by_status ON participants (status) WHERE deleted_at IS NULL;

-- Every change of a status: by whom (a user of the machine, or a program) and why. The first row has no old status.
CREATE TABLE participant_status_history (
    id              INTEGER PRIMARY KEY,
    participant_id  INTEGER NOT NULL REFERENCES participants (id),
    old_status      TEXT CHECK (old_status IN ('active', 'inactive', 'unsubscribed')),
    new_status      TEXT NOT NULL CHECK (new_status IN ('active', 'inactive', 'unsubscribed')),
    reason          TEXT NOT NULL,
    actor           TEXT NOT NULL,
    changed_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX participant_status_history_by_participant ON participant_status_history (participant_id);

-- People who were erased: keyed hashes (HMAC-SHA-256) of their did, address and Prolific id, so that no import brings them back.
CREATE TABLE erased_participants (
    hash       BLOB PRIMARY KEY,
    erased_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What was reckoned of one participant and study day.
CREATE TABLE daily_snapshots (
    study_label           TEXT NOT NULL,
    participant_id        INTEGER NOT NULL REFERENCES participants (id),
    day                   TEXT NOT NULL,       -- the study day's date, YYYY-MM-DD
    retrievals            INTEGER NOT NULL,
    engagements           INTEGER NOT NULL,
    engagement_breakdown  TEXT NOT NULL,       -- a JSON object: type -> count
    active_day            INTEGER NOT NULL CHECK (active_day IN (0, 1)),
    cumulative_active     INTEGER NOT NULL,    -- active days of the window so far
    cumulative_skip       INTEGER NOT NULL,    -- days without activity in a row, this one included
    computed_at           INTEGER NOT NULL,
    PRIMARY KEY (participant_id, study_label, day)
) STRICT, WITHOUT ROWID;

-- How a participant stood at the end of a study day.
CREATE TABLE compliance_monitoring (
    study_label           TEXT NOT NULL,
    participant_id        INTEGER NOT NULL REFERENCES participants (id),
    day                   TEXT NOT NULL,
    active_days           INTEGER NOT NULL,
    required_active_days  INTEGER NOT NULL,
    window_days           INTEGER NOT NULL,
    on_track              INTEGER NOT NULL CHECK (on_track IN (0, 1)),
    computed_at           INTEGER NOT NULL,
    PRIMARY KEY (participant_id, study_label, day)
) STRICT, WITHOUT ROWID;

-- Answers of a survey that reached the roster, each once.
CREATE TABLE survey_responses (
    survey_id       TEXT NOT NULL,
    response_id     TEXT NOT NULL,
    participant_id  INTEGER REFERENCES participants (id),   -- NULL: the person was erased
    recorded_at     INTEGER,
    seen_at         INTEGER NOT NULL,
    PRIMARY KEY (survey_id, response_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX survey_responses_by_participant ON survey_responses (participant_id);

-- Answers that lack what a participant needs, kept for a person to look at.
CREATE TABLE survey_quarantine (
    id           INTEGER PRIMARY KEY,
    survey_id    TEXT NOT NULL,
    response_id  TEXT NOT NULL,
    reason       TEXT NOT NULL,
    did          TEXT,
    email        TEXT,
    feed_url     TEXT,
    prolific_id  TEXT,
    recorded_at  INTEGER,
    seen_at      INTEGER NOT NULL,
    resolved_at  INTEGER,          -- a person has dealt with it, or a later answer was complete
    UNIQUE (survey_id, response_id)
) STRICT;

-- How far each survey was read: the next sync asks from a while before.
CREATE TABLE survey_cursors (
    survey_id    TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    synced_at    INTEGER NOT NULL   -- when the last sync that went through began
) STRICT, WITHOUT ROWID;

CREATE VIEW v_participants AS
    SELECT id, did, email, status, type, feed_url, datetime(survey_completed_at, 'unixepoch') AS survey_completed_at,
           prolific_id, study_type, language, datetime(created_at, 'unixepoch') AS created_at,
           datetime(updated_at, 'unixepoch') AS updated_at, datetime(status_changed_at, 'unixepoch') AS status_changed_at,
           datetime(email_changed_at, 'unixepoch') AS email_changed_at, datetime(exported_at, 'unixepoch') AS exported_at,
           datetime(deleted_at, 'unixepoch') AS deleted_at
    FROM participants;
CREATE VIEW v_participant_status_history AS
    SELECT h.id, h.participant_id, p.did, h.old_status, h.new_status, h.reason, h.actor,
           datetime(h.changed_at, 'unixepoch') AS changed_at
    FROM participant_status_history h JOIN participants p ON p.id = h.participant_id;
CREATE VIEW v_erased_participants AS
    SELECT lower(hex(hash)) AS hash, datetime(erased_at, 'unixepoch') AS erased_at FROM erased_participants;
CREATE VIEW v_daily_snapshots AS
    SELECT s.study_label, s.participant_id, p.did, s.day, s.retrievals, s.engagements, s.engagement_breakdown, s.active_day,
           s.cumulative_active, s.cumulative_skip, datetime(s.computed_at, 'unixepoch') AS computed_at
    FROM daily_snapshots s JOIN participants p ON p.id = s.participant_id;
CREATE VIEW v_compliance_monitoring AS
    SELECT c.study_label, c.participant_id, p.did, c.day, c.active_days, c.required_active_days, c.window_days, c.on_track,
           datetime(c.computed_at, 'unixepoch') AS computed_at
    FROM compliance_monitoring c JOIN participants p ON p.id = c.participant_id;
CREATE VIEW v_survey_responses AS
    SELECT survey_id, response_id, participant_id, datetime(recorded_at, 'unixepoch') AS recorded_at,
           datetime(seen_at, 'unixepoch') AS seen_at
    FROM survey_responses;
CREATE VIEW v_survey_quarantine AS
    SELECT id, survey_id, response_id, reason, did, email, feed_url, prolific_id,
           datetime(recorded_at, 'unixepoch') AS recorded_at, datetime(seen_at, 'unixepoch') AS seen_at,
           datetime(resolved_at, 'unixepoch') AS resolved_at
    FROM survey_quarantine;
CREATE VIEW v_survey_cursors AS
    SELECT survey_id, name, datetime(synced_at, 'unixepoch') AS synced_at FROM survey_cursors;
