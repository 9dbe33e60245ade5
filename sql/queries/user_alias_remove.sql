-- Takes an alias from a team member.
DELETE FROM user_addresses WHERE address = :address AND user_id = :id AND NOT is_primary RETURNING user_id
