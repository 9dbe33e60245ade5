-- A thread: its messages, and where it went when it was joined into another one.
SELECT size, joined_into FROM email_threads WHERE id = :id
