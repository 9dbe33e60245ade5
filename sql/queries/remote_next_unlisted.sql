-- The next message of a remote mailbox that its last listing should have shown and did not.
SELECT remote_id, email_id, labels, received_at FROM email_remote_messages
WHERE account_id = :account AND remote_id > :after AND listing < :listing AND deleted_at IS NULL
    AND (:since IS NULL OR received_at >= :since)
ORDER BY remote_id LIMIT 1
