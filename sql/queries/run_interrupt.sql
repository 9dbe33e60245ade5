-- Runs that ended without saying so: nobody holds the account's lock, since we do.
UPDATE email_sync_runs SET status = 'interrupted', finished_at = :now
WHERE status = 'running' AND account_id IS :account
