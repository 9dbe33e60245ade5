-- An alias of one mailbox a row.
SELECT address FROM email_account_aliases WHERE account_id = :id ORDER BY address
