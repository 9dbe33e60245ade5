-- The links of a message.
SELECT investor_id, match_kind, status, address, why FROM email_investor_links WHERE email_id = :id ORDER BY investor_id
