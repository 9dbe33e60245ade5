-- Of the compliance database. A row is one engagement of this participant.
SELECT did_engagement, timestamp, engagement_type FROM engagements WHERE did_engagement = :did
