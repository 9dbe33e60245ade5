-- How to reach the server of an IMAP mailbox.
SELECT host, port, security, is_forced, auth, user, ca_file, folders FROM email_imap_settings WHERE account_id = :account
