-- An address in a header of a message; the same one twice is once.
INSERT INTO email_recipients (email_id, address_id, role) VALUES (:id, :address, :role) ON CONFLICT DO NOTHING
