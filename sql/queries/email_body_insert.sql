-- The text of a kept message.
INSERT INTO email_bodies (email_id, source, text) VALUES (:id, :source, :text)
