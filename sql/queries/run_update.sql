-- What a run has done so far, or in the end.
UPDATE email_sync_runs SET status = :status, messages_seen = :seen, messages_stored = :stored, messages_known = :known,
    messages_matched = :matched, messages_failed = :failed, attachments_saved = :attachments, error = :error, finished_at = :finished
WHERE id = :id
