-- Gives an alias to a mailbox: a new one, or one that another (removed) mailbox had.
INSERT INTO email_account_aliases (address, account_id) VALUES (:address, :id)
ON CONFLICT (address) DO UPDATE SET account_id = excluded.account_id
