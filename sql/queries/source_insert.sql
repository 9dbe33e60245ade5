-- A file or folder that is read for the first time.
INSERT INTO email_sources (account_id, kind, path, keep) VALUES (:account, :kind, :path, :keep)
