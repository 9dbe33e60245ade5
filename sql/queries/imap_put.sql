-- Where an IMAP mailbox is, over what was known.
INSERT INTO email_imap (account_id, host, port, security, plain_anywhere, login, folders)
VALUES (:account, :host, :port, :security, :plain_anywhere, :login, :folders)
ON CONFLICT (account_id) DO UPDATE SET host = excluded.host, port = excluded.port, security = excluded.security,
    plain_anywhere = excluded.plain_anywhere, login = excluded.login, folders = excluded.folders
