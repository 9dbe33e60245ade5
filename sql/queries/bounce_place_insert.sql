-- A copy of a report on a server; one that is known stays as it is.
INSERT INTO bounce_places (account_id, folder, uidvalidity, uid, report_id, is_due)
VALUES (:account_id, :folder, :uidvalidity, :uid, :report_id, :is_due)
ON CONFLICT (account_id, folder, uidvalidity, uid) DO NOTHING
