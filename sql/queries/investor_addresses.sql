-- An address of one record a row.
SELECT address, is_alias FROM investor_addresses WHERE investor_id = :id ORDER BY is_alias, address
