-- A new sealed key.
INSERT INTO room_secrets (name, sealed, key_id, created_at) VALUES (:name, :sealed, :key_id, :now)
