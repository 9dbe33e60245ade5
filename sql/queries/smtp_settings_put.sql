-- How to reach the mail server of a sending address, over what was known.
INSERT INTO email_smtp_settings (account_id, host, port, security, is_forced, auth, user, password_command, envelope_sender,
                                 ca_file, is_enabled, disabled_why, updated_at)
VALUES (:account, :host, :port, :security, :is_forced, :auth, :user, :password_command, :envelope_sender, :ca_file, :is_enabled,
        :disabled_why, :now)
ON CONFLICT (account_id) DO UPDATE SET host = excluded.host, port = excluded.port, security = excluded.security,
    is_forced = excluded.is_forced, auth = excluded.auth, user = excluded.user,
    password_command = excluded.password_command, envelope_sender = excluded.envelope_sender, ca_file = excluded.ca_file,
    is_enabled = excluded.is_enabled, disabled_why = excluded.disabled_why, last_ok_at = NULL, last_error_at = NULL,
    last_error = NULL, updated_at = excluded.updated_at
