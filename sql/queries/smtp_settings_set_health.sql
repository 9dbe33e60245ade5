-- Notes how the last connection to the mail server of a sending address ended: well (no :error), or not.
UPDATE email_smtp_settings
SET last_ok_at = CASE WHEN :error IS NULL THEN :now ELSE last_ok_at END,
    last_error_at = CASE WHEN :error IS NULL THEN NULL ELSE :now END,
    last_error = :error
WHERE account_id = :account
