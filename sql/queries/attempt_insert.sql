-- An attempt at one recipient.
INSERT INTO send_attempts (outbox_id, attempt, recipient, transport, account_id, server, message_id, sha256, size_bytes,
                           rendered_at, started_at, finished_at, status, code, enhanced, words, remote_id)
VALUES (:outbox_id, :attempt, :recipient, :transport, :account_id, :server, :message_id, :sha256, :size_bytes,
        :rendered_at, :started_at, :finished_at, :status, :code, :enhanced, :words, :remote_id)
