-- Notes how the last attempt to get into a mailbox ended: well (no :error), or not.
UPDATE email_accounts
SET last_ok_at = CASE WHEN :error IS NULL THEN :now ELSE last_ok_at END,
    last_error_at = CASE WHEN :error IS NULL THEN NULL ELSE :now END,
    last_error = :error
WHERE id = :id
