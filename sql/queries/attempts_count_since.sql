-- How many recipients' mail has gone out since :since, or may have.
SELECT count(*) FROM send_attempts WHERE started_at >= :since AND status IN ('sending', 'sent', 'unknown')
