-- Times as text, for people at the sqlite3 prompt.
CREATE VIEW v_emails AS
    SELECT id, datetime(sent_at, 'unixepoch') AS sent_at, from_name, from_address, subject, message_id, thread_id,
           is_matched, is_bulk, dmarc, size_bytes, attachments, duplicate_of, datetime(created_at, 'unixepoch') AS created_at
    FROM emails;
CREATE VIEW v_email_accounts AS
    SELECT id, address, sync_enabled, datetime(created_at, 'unixepoch') AS created_at, datetime(deleted_at, 'unixepoch') AS deleted_at
    FROM email_accounts;
CREATE VIEW v_email_account_messages AS
    SELECT account_id, email_id, is_sent, labels, remote_id, source_id, source_offset, source_name,
           datetime(seen_at, 'unixepoch') AS seen_at, datetime(deleted_at, 'unixepoch') AS deleted_at
    FROM email_account_messages;
CREATE VIEW v_email_investor_links AS
    SELECT l.email_id, i.kind, i.name, l.match_kind, l.status, l.address, l.why, datetime(l.created_at, 'unixepoch') AS created_at
    FROM email_investor_links l JOIN investors i ON i.id = l.investor_id;
CREATE VIEW v_email_sync_runs AS
    SELECT id, account_id, kind, source, status, messages_seen, messages_stored, messages_known, messages_matched,
           messages_failed, attachments_saved, error,
           datetime(started_at, 'unixepoch') AS started_at, datetime(finished_at, 'unixepoch') AS finished_at
    FROM email_sync_runs;
CREATE VIEW v_email_failed_items AS
    SELECT f.id, f.account_id, s.path, f.source_offset, f.source_name, f.size_bytes, f.reason, f.attempts,
           datetime(f.first_at, 'unixepoch') AS first_at, datetime(f.last_at, 'unixepoch') AS last_at,
           datetime(f.resolved_at, 'unixepoch') AS resolved_at
    FROM email_failed_items f LEFT JOIN email_sources s ON s.id = f.source_id;
CREATE VIEW v_email_sources AS
    SELECT id, account_id, kind, path, keep, size_bytes, cursor_offset, datetime(completed_at, 'unixepoch') AS completed_at
    FROM email_sources;
CREATE VIEW v_users AS
    SELECT u.id, u.name, a.address, u.role, u.active, datetime(u.created_at, 'unixepoch') AS created_at,
           datetime(u.deleted_at, 'unixepoch') AS deleted_at
    FROM users u LEFT JOIN user_addresses a ON a.user_id = u.id AND a.is_primary;
CREATE VIEW v_investors AS
    SELECT i.id, i.kind, i.name, p.name AS parent, datetime(i.created_at, 'unixepoch') AS created_at,
           datetime(i.updated_at, 'unixepoch') AS updated_at, datetime(i.deleted_at, 'unixepoch') AS deleted_at
    FROM investors i LEFT JOIN investors p ON p.id = i.parent_id;
CREATE VIEW v_outbox AS
    SELECT id, kind, state, subject, from_address, message_id, lower(hex(sha256)) AS sha256, size_bytes,
           datetime(period_start, 'unixepoch') AS period_start, datetime(period_end, 'unixepoch') AS period_end,
           datetime(created_at, 'unixepoch') AS created_at, datetime(updated_at, 'unixepoch') AS updated_at
    FROM outbox;
CREATE VIEW v_app_settings AS
    SELECT key, value, datetime(updated_at, 'unixepoch') AS updated_at FROM app_settings;
