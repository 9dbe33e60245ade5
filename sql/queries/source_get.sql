-- A file or folder of an account, how far it was read, and as what.
SELECT id, keep, device, inode, size_bytes, mtime_ns, ctime_ns, cursor_offset, prefix_hash, messages, completed_at
FROM email_sources WHERE account_id = :account AND path = :path
