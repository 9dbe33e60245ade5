-- One more message in a thread.
UPDATE email_threads SET size = size + 1 WHERE id = :id
