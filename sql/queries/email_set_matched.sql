-- Whether a message has a link that is confirmed or unverified.
UPDATE emails SET is_matched = :is_matched WHERE id = :id
