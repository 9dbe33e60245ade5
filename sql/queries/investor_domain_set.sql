-- Gives a domain to a record.
INSERT INTO investor_domains (domain, investor_id) VALUES (:key, :id) ON CONFLICT DO NOTHING
