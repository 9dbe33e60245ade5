-- A domain of one record a row.
SELECT domain FROM investor_domains WHERE investor_id = :id ORDER BY domain
