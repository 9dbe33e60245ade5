-- How far a remote mailbox is captured now.
INSERT INTO email_cursors (account_id, source_id, phase, cursor, cursor_at, listing, since, people_after, page_token, listed,
    total, begun_at, finished_at, in_step_at)
VALUES (:account, :source, :phase, :cursor, :cursor_at, :listing, :since, :people_after, :page_token, :listed, :total,
    :begun_at, :finished_at, :in_step_at)
ON CONFLICT (account_id) DO UPDATE SET source_id = excluded.source_id, phase = excluded.phase, cursor = excluded.cursor,
    cursor_at = excluded.cursor_at, listing = excluded.listing, since = excluded.since,
    people_after = excluded.people_after, page_token = excluded.page_token, listed = excluded.listed,
    total = excluded.total, begun_at = excluded.begun_at, finished_at = excluded.finished_at,
    in_step_at = excluded.in_step_at
