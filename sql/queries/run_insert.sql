-- A run begins.
INSERT INTO email_sync_runs (account_id, kind, source, status, started_at) VALUES (:account, :kind, :source, 'running', :now)
