-- A new message of the outbox; its id names its file.
INSERT INTO outbox (kind, dedupe_key, state, subject, from_address, message_id, period_start, period_end,
                    sha256, size_bytes, created_at, updated_at)
VALUES (:kind, :dedupe_key, :state, :subject, :from_address, :message_id, :period_start, :period_end,
        :sha256, :size_bytes, :now, :now)
RETURNING id
