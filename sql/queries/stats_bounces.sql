-- Reports that wait for a person; alerts since then; copies that wait to be marked; and when a mailbox was last scanned (0: never).
SELECT (SELECT count(*) FROM bounce_reports WHERE outcome = 'unmatched'),
       (SELECT count(*) FROM bounce_recipients WHERE effect = 'alerted' AND bounced_at >= :since),
       (SELECT count(*) FROM bounce_places WHERE is_due = 1),
       (SELECT coalesce(max(scanned_at), 0) FROM bounce_folders)
