-- Reports about one person keep what happened, not to whom, nor the server's words, which may name the person.
UPDATE bounce_recipients
SET address = 'erased:' || :id, final_address = NULL, diagnostic = NULL, participant_id = NULL
WHERE participant_id = :id
