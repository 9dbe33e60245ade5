-- A sending address has no mail server any more.
DELETE FROM email_smtp_settings WHERE account_id = :account RETURNING account_id
