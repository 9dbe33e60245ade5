-- Answers in quarantine that name the person go.
DELETE FROM survey_quarantine
WHERE did = :did COLLATE NOCASE OR email = :email COLLATE NOCASE OR prolific_id = :prolific_id COLLATE NOCASE
