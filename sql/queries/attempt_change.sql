-- What the last attempts at a message's recipients came to, once more is known of them.
UPDATE send_attempts SET status = :status, finished_at = coalesce(finished_at, :now),
                         words = CASE WHEN words IS NULL THEN :words WHEN :words IS NULL THEN words
                                      ELSE words || '; ' || :words END,
                         remote_id = coalesce(:remote_id, remote_id)
WHERE outbox_id = :outbox_id AND status = :was
  AND attempt = (SELECT max(l.attempt) FROM send_attempts l
                 WHERE l.outbox_id = :outbox_id AND l.recipient = send_attempts.recipient)
