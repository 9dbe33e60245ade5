-- One row: how much of everything there is.
SELECT m.messages, m.matched, m.kept, m.threads,
       a.files, a.bytes, a.skipped,
       (SELECT count(*) FROM email_failed_items WHERE resolved_at IS NULL),
       (SELECT count(*) FROM users WHERE deleted_at IS NULL AND active),
       (SELECT count(*) FROM investors WHERE deleted_at IS NULL)
FROM (SELECT count(*) AS messages, coalesce(sum(is_matched), 0) AS matched, coalesce(sum(has_body), 0) AS kept,
             count(DISTINCT thread_id) AS threads
      FROM emails) AS m,
     (SELECT count(*) FILTER (WHERE stored) AS files, coalesce(sum(size_bytes) FILTER (WHERE stored), 0) AS bytes,
             count(*) FILTER (WHERE NOT stored) AS skipped
      FROM (SELECT max(is_stored) AS stored, max(size_bytes) AS size_bytes FROM email_attachments GROUP BY sha256)) AS a
