-- Of the compliance database. A row is one engagement (a like, a reply) of a participant.
SELECT did_engagement, timestamp, engagement_type FROM engagements
