-- One recipient of a message of the outbox.
INSERT INTO outbox_recipients (outbox_id, address, user_id, participant_id)
VALUES (:id, :address, :user_id, :participant_id)
