-- When the last sync of a survey that went through began.
SELECT synced_at FROM survey_cursors WHERE survey_id = :survey
