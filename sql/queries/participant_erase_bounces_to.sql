-- The same for reports that were never proven and name the person's address.
UPDATE bounce_recipients
SET address = 'erased:' || :id, final_address = NULL, diagnostic = NULL
WHERE address = :address
