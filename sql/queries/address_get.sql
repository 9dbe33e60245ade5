-- An address seen before.
SELECT id FROM addresses WHERE address = :address
