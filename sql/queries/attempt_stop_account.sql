-- Switches an account's SMTP server off: it refused the login or the sender.
UPDATE email_smtp_settings SET is_enabled = 0, disabled_why = :why, last_error_at = :now, last_error = :why
WHERE account_id = :account_id AND is_enabled = 1
