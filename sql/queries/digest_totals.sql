-- One row: the whole team's period, each message once; behind it the list and automatic messages that are left out.
SELECT count(DISTINCT email_id) FILTER (WHERE is_bulk = 0 AND is_out = 0),
       count(DISTINCT email_id) FILTER (WHERE is_bulk = 0 AND is_out = 1),
       count(DISTINCT thread_id) FILTER (WHERE is_bulk = 0),
       count(DISTINCT email_id) FILTER (WHERE is_bulk = 0 AND is_unverified = 1),
       count(DISTINCT top_id) FILTER (WHERE is_bulk = 0),
       count(DISTINCT email_id) FILTER (WHERE is_bulk <> 0)
FROM digest_links
WHERE sent_at >= :start AND sent_at < :end
