-- A thread with other mail in it gained a link.
UPDATE email_threads SET to_rematch = 1 WHERE id = :id AND size > 1 AND to_rematch = 0
