-- An address of one team member a row, the primary one first.
SELECT address, is_primary FROM user_addresses WHERE user_id = :id ORDER BY is_primary DESC, address
