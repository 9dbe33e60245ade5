-- Takes a domain from a record.
DELETE FROM investor_domains WHERE domain = :key AND investor_id = :id RETURNING investor_id
