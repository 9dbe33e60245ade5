-- Of the compliance database. A row is one request of this participant's feed.
SELECT requester_did, timestamp FROM feed_requests WHERE requester_did = :did
