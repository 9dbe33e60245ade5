-- A thread is known by one more key.
INSERT INTO email_thread_keys (key_hash, thread_id) VALUES (:key, :thread) ON CONFLICT DO NOTHING
