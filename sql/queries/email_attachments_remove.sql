-- The attachments of a message that is kept no longer.
DELETE FROM email_attachments WHERE email_id = :id
