-- Runs that found nothing new are of no interest after a while: there are hundreds a day.
DELETE FROM email_sync_runs
WHERE account_id = :account AND kind = 'increment' AND status = 'ok' AND messages_seen = 0 AND started_at < :before
