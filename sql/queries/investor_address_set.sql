-- Gives an address to a record.
INSERT INTO investor_addresses (address, investor_id, is_alias) VALUES (:key, :id, :is_alias)
ON CONFLICT (address, investor_id) DO UPDATE SET is_alias = excluded.is_alias
