-- What an attempt at one recipient came to; a service may have given the message another Message-ID.
UPDATE send_attempts SET message_id = :message_id, finished_at = :finished_at, status = :status, code = :code,
                         enhanced = :enhanced, words = :words, remote_id = :remote_id
WHERE outbox_id = :outbox_id AND attempt = :attempt AND recipient = :recipient
