-- Whom a report names, and what that came to. What does not touch an attempt is not for send_log.jsonl.
INSERT INTO bounce_recipients (report_id, address, final_address, action, class, reason, status, diagnostic, remote_mta,
                               attempt_id, participant_id, user_id, bounced_at, day, effect, is_logged)
VALUES (:report_id, :address, :final_address, :action, :class, :reason, :status, :diagnostic, :remote_mta,
        :attempt_id, :participant_id, :user_id, :bounced_at, :day, :effect, :attempt_id IS NULL)
