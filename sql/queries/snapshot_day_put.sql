-- What was reckoned of a participant and study day; a row that says the same already stays as it is.
INSERT INTO daily_snapshots (study_label, participant_id, day, retrievals, engagements, engagement_breakdown, active_day,
                             cumulative_active, cumulative_skip, computed_at)
VALUES (:label, :id, :day, :retrievals, :engagements, :breakdown, :active, :cumulative_active, :cumulative_skip, :now)
ON CONFLICT (study_label, participant_id, day) DO UPDATE
SET retrievals = excluded.retrievals, engagements = excluded.engagements,
    engagement_breakdown = excluded.engagement_breakdown, active_day = excluded.active_day,
    cumulative_active = excluded.cumulative_active, cumulative_skip = excluded.cumulative_skip,
    computed_at = excluded.computed_at
WHERE retrievals <> excluded.retrievals OR engagements <> excluded.engagements
   OR engagement_breakdown <> excluded.engagement_breakdown OR active_day <> excluded.active_day
   OR cumulative_active <> excluded.cumulative_active OR cumulative_skip <> excluded.cumulative_skip
