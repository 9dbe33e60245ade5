-- What a person's word made of a recipient that was not proven.
UPDATE bounce_recipients SET participant_id = :participant_id, effect = :effect
WHERE report_id = :report_id AND address = :address AND effect = 'unmatched'
