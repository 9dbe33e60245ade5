-- A sealed key of the mailroom itself.
SELECT name, sealed, key_id FROM room_secrets WHERE name = :name
