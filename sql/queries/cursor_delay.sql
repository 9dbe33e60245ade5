-- A run of the clockwork did not get through, or (failures 0) did: when the next one may be.
UPDATE email_accounts SET failures = :failures, next_at = :next_at WHERE id = :account
