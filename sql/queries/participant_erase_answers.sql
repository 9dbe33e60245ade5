-- That there was an answer stays, so that it is not taken again; whose it was does not.
UPDATE survey_responses SET participant_id = NULL WHERE participant_id = :id
