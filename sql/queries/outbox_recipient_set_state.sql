-- What became of a message for one recipient.
UPDATE outbox_recipients SET state = :state WHERE outbox_id = :id AND address = :address
