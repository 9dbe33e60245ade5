-- A file or folder was read to its end, and this is how it looked.
UPDATE email_sources SET device = :device, inode = :inode, size_bytes = :size, mtime_ns = :mtime_ns, ctime_ns = :ctime_ns,
    completed_at = :now
WHERE id = :id
