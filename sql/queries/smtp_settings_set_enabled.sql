-- Lets mail go out by the mail server of a sending address (no :why), or stops it.
UPDATE email_smtp_settings SET is_enabled = :why IS NULL, disabled_why = :why WHERE account_id = :account
