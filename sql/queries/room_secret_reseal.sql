-- The same key under another sealing key.
UPDATE room_secrets SET sealed = :sealed, key_id = :key_id WHERE name = :name
