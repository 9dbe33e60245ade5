-- How to reach the mail server of a sending address, and how it fares.
SELECT NULL, host, port, security, is_forced, auth, user, password_command, envelope_sender, ca_file, is_enabled, disabled_why,
       last_ok_at, last_error_at, last_error
FROM email_smtp_settings WHERE account_id = :account
