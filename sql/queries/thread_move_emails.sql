-- The messages of a thread move to another one.
UPDATE emails SET thread_id = :into WHERE thread_id = :id
