-- Who was in which header of a message.
SELECT r.role, a.address FROM email_recipients r JOIN addresses a ON a.id = r.address_id WHERE r.email_id = :id
