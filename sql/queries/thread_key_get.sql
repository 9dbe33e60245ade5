-- The thread that a key (a hash, see email_thread_keys) stands for; it may be a sign-post.
SELECT thread_id FROM email_thread_keys WHERE key_hash = :key
