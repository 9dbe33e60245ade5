-- The links of a message go, before it is matched again.
DELETE FROM email_investor_links WHERE email_id = :id
