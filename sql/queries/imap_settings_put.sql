-- How to reach the server of an IMAP mailbox, over what was known.
INSERT INTO email_imap_settings (account_id, host, port, security, is_forced, auth, user, ca_file, folders, updated_at)
VALUES (:account, :host, :port, :security, :is_forced, :auth, :user, :ca_file, :folders, :now)
ON CONFLICT (account_id) DO UPDATE SET host = excluded.host, port = excluded.port, security = excluded.security,
    is_forced = excluded.is_forced, auth = excluded.auth, user = excluded.user, ca_file = excluded.ca_file,
    folders = excluded.folders, updated_at = excluded.updated_at
