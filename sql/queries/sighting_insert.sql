-- A mailbox has seen a message, there.
INSERT INTO email_account_messages (account_id, email_id, is_sent, labels, remote_thread_id, source_id, source_offset, source_name, seen_at)
VALUES (:account, :id, :is_sent, :labels, :remote_thread, :source, :offset, :name, :now)
