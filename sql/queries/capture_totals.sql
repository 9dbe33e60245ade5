-- What the database holds in all: messages, with text, matched, threads, sightings, attachments, what waits for a retry.
SELECT (SELECT count(*) FROM emails), (SELECT count(*) FROM email_bodies), (SELECT count(*) FROM emails WHERE is_matched = 1),
    (SELECT count(*) FROM email_threads WHERE joined_into IS NULL), (SELECT count(*) FROM email_account_messages),
    (SELECT count(*) FROM email_attachments), (SELECT count(*) FROM email_failed_items WHERE resolved_at IS NULL)
