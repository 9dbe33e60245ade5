-- One row: 1 where the database is Mailroom's, or holds nothing yet. One statement, so that a migration at work is seen
-- whole or not at all. 1296847437 is "MLRM".
SELECT CASE (SELECT user_version FROM pragma_user_version)
       WHEN 0 THEN NOT EXISTS (SELECT 1 FROM sqlite_schema)
       ELSE (SELECT application_id FROM pragma_application_id) = 1296847437 END
