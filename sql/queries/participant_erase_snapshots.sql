-- What was reckoned of one participant's days goes. No index begins with the participant; a person is erased rarely.
DELETE FROM daily_snapshots WHERE participant_id = :id
