-- A thread becomes a sign-post to another one.
UPDATE email_threads SET joined_into = :into WHERE id = :id
