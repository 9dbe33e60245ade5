-- A new message of the outbox; its id (NULL: the next one) names its file.
INSERT INTO outbox (id, kind, dedupe_key, state, subject, from_address, message_id, token, period_start, period_end,
                    expires_at, sha256, size_bytes, created_at, updated_at)
VALUES (:id, :kind, :dedupe_key, :state, :subject, :from_address, :message_id, :token, :period_start, :period_end,
        :expires_at, :sha256, :size_bytes, :now, :now)
RETURNING id
