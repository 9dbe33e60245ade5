-- Everything up to this one is in send_log.jsonl.
UPDATE bounce_recipients SET is_logged = 1 WHERE is_logged = 0 AND id <= :id
