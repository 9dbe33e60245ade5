-- Gives an address to a team member, from whomever it is now.
INSERT INTO user_addresses (address, user_id, is_primary) VALUES (:address, :id, :is_primary)
ON CONFLICT (address) DO UPDATE SET user_id = excluded.user_id, is_primary = excluded.is_primary
