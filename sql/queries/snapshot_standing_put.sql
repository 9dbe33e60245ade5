-- How a participant stood at the end of a study day; a row that says the same already stays as it is.
INSERT INTO compliance_monitoring (study_label, participant_id, day, active_days, required_active_days, window_days,
                                   on_track, computed_at)
VALUES (:label, :id, :day, :active_days, :required, :window_days, :on_track, :now)
ON CONFLICT (study_label, participant_id, day) DO UPDATE
SET active_days = excluded.active_days, required_active_days = excluded.required_active_days,
    window_days = excluded.window_days, on_track = excluded.on_track, computed_at = excluded.computed_at
WHERE active_days <> excluded.active_days OR required_active_days <> excluded.required_active_days
   OR window_days <> excluded.window_days OR on_track <> excluded.on_track
