-- The full-text index: SQLite's own FTS5, in a file of its own. It holds no text: email_bodies and emails do, through the view.
CREATE VIEW email_search_content (rowid, subject, sender, body) AS
    SELECT e.id, e.subject, coalesce(e.from_name, '') || ' ' || coalesce(e.from_address, ''), b.text
    FROM emails e JOIN email_bodies b ON b.email_id = e.id;

CREATE VIRTUAL TABLE email_search USING fts5 (
    subject, sender, body,
    content = 'email_search_content', content_rowid = 'rowid',
    tokenize = 'unicode61 remove_diacritics 2'
);

-- A capture indexes thousands of messages in one transaction: a larger table in memory means fewer and larger segments on disk.
-- Segments of one level are merged sixteen at a time (crisismerge), not step by step with every write (automerge): that writes each
-- page once a level, and a few new messages cost what they are worth.
INSERT INTO email_search (email_search, rank) VALUES ('hashsize', 16777216);
INSERT INTO email_search (email_search, rank) VALUES ('automerge', 0);
