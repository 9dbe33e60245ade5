-- A thread without messages.
INSERT INTO email_threads (size) VALUES (0)
