-- Takes an address from a record.
DELETE FROM investor_addresses WHERE address = :key AND investor_id = :id RETURNING investor_id
