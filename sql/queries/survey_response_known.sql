-- Whether an answer has reached the roster already.
SELECT 1 FROM survey_responses WHERE survey_id = :survey AND response_id = :response
