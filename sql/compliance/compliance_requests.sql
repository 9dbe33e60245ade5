-- Of the compliance database. A row is one request of a participant's feed.
SELECT requester_did, timestamp FROM feed_requests
