-- Whether anybody was ever erased.
SELECT EXISTS (SELECT 1 FROM erased_participants)
