-- A thread takes over the messages of one that was joined into it; what was to be matched again still is.
UPDATE email_threads
SET size = size + (SELECT f.size FROM email_threads f WHERE f.id = :id),
    to_rematch = max(to_rematch, :rematch, (SELECT f.to_rematch FROM email_threads f WHERE f.id = :id))
WHERE id = :into
