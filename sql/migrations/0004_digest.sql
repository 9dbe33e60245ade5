-- What the team digest counts, as views that its queries share.

-- Which user reads which mailbox: one of the user's addresses is the mailbox's own or an alias of it.
CREATE VIEW user_mailboxes (user_id, account_id) AS
    SELECT u.user_id, a.id FROM user_addresses u JOIN email_accounts a ON a.address = u.address
    UNION
    SELECT u.user_id, l.account_id FROM user_addresses u JOIN email_account_aliases l ON l.address = u.address;

-- One row a message and record it concerns, confirmed or unverified; a message that no mailbox has any more is left out.
-- top_id is the record that stands for the investor: the fund or organisation above, or the record itself. is_out: one of
-- our own addresses wrote it. is_theirs: the record's own address or domain wrote it; a stranger who answers in a thread
-- that concerns the record, or sends it a copy, is somebody else.
CREATE VIEW digest_links AS
    SELECT e.id AS email_id, e.sent_at, e.thread_id, e.subject, e.is_bulk,
           l.investor_id, coalesce(g.id, p.id, i.id) AS top_id, l.status = 'unverified' AS is_unverified,
           EXISTS (SELECT 1 FROM email_accounts WHERE address = e.from_address)
           OR EXISTS (SELECT 1 FROM email_account_aliases WHERE address = e.from_address)
           OR EXISTS (SELECT 1 FROM user_addresses WHERE address = e.from_address) AS is_out,
           (l.match_kind <> 'thread' AND l.address IS e.from_address)
           OR EXISTS (SELECT 1 FROM investor_domains d WHERE d.investor_id = l.investor_id
                      AND substr('.' || substr(e.from_address, instr(e.from_address, '@') + 1), -length(d.domain) - 1)
                          = '.' || d.domain) AS is_theirs
    FROM emails e
    JOIN email_investor_links l ON l.email_id = e.id AND l.status <> 'proposed'
    JOIN investors i ON i.id = l.investor_id AND i.deleted_at IS NULL
    LEFT JOIN investors p ON p.id = i.parent_id AND p.deleted_at IS NULL
    LEFT JOIN investors g ON g.id = p.parent_id AND g.deleted_at IS NULL
    WHERE EXISTS (SELECT 1 FROM email_account_messages m WHERE m.email_id = e.id AND m.deleted_at IS NULL);
