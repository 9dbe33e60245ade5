-- How far a remote mailbox is captured.
SELECT source_id, phase, cursor, cursor_at, listing, since, people_after, page_token, listed, total, begun_at, finished_at,
    in_step_at
FROM email_cursors WHERE account_id = :account
