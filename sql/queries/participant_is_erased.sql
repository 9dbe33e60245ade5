-- Whether the hash is that of somebody who was erased.
SELECT EXISTS (SELECT 1 FROM erased_participants WHERE hash = :hash)
