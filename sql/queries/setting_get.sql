-- The value of one setting.
SELECT value FROM app_settings WHERE key = :key
