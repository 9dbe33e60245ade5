-- The text of a message that is kept no longer.
DELETE FROM email_bodies WHERE email_id = :id
