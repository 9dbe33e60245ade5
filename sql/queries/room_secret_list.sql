-- A sealed key of the mailroom itself a row; there are a few.
SELECT name, sealed, key_id FROM room_secrets ORDER BY name
