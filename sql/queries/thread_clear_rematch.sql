-- A thread's mail was matched again.
UPDATE email_threads SET to_rematch = 0 WHERE id = :id
