-- Makes the primary address of a team member an alias.
UPDATE user_addresses SET is_primary = 0 WHERE user_id = :id AND is_primary
