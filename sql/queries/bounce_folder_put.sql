-- How far a folder is read now.
INSERT INTO bounce_folders (account_id, folder, uidvalidity, uid, scanned_at)
VALUES (:account_id, :folder, :uidvalidity, :uid, :now)
ON CONFLICT (account_id, folder) DO UPDATE SET
    uidvalidity = excluded.uidvalidity, uid = excluded.uid, scanned_at = excluded.scanned_at
