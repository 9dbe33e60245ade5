-- A participant, removed or not, who has this address in any letter case.
SELECT id FROM participants WHERE email = :address COLLATE NOCASE LIMIT 1
