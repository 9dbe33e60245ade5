-- On how many days soft bounces counted against a participant since then, this day included.
SELECT count(*) FROM (
    SELECT day FROM bounce_recipients
    WHERE participant_id = :participant_id AND bounced_at >= :since AND effect = 'counted'
    UNION SELECT :day)
