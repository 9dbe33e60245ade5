-- A complaint or an answer that the person wrote is nobody's any more; so are the words that tell of it.
UPDATE bounce_reports SET from_address = NULL, why = NULL
WHERE id IN (SELECT report_id FROM bounce_recipients WHERE address = 'erased:' || :id)
