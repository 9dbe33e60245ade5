-- A sending address a row: its mail server, and how that fares.
SELECT a.address, s.host, s.port, s.security, s.is_forced, s.auth, s.user, s.password_command, s.envelope_sender, s.ca_file,
       s.is_enabled, s.disabled_why, s.last_ok_at, s.last_error_at, s.last_error
FROM email_smtp_settings s JOIN email_accounts a ON a.id = s.account_id
WHERE a.deleted_at IS NULL
ORDER BY a.address
