-- Whether a message's text is kept.
UPDATE emails SET has_body = :has_body WHERE id = :id
