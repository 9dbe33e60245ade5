-- A keyed hash of somebody who was erased.
INSERT INTO erased_participants (hash, erased_at) VALUES (:hash, :now) ON CONFLICT DO NOTHING
