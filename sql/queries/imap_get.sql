-- Where an IMAP mailbox is.
SELECT host, port, security, plain_anywhere, login, folders FROM email_imap WHERE account_id = :account
