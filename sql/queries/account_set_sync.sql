-- Pauses or resumes the capture of a mailbox.
UPDATE email_accounts SET sync_enabled = :enabled WHERE id = :id
