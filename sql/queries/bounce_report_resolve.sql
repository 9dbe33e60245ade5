-- A person has decided about an unmatched report.
UPDATE bounce_reports SET outcome = :outcome, proof = :proof, resolved_at = :now, resolved_by = :who, told_at = coalesce(told_at, :now)
WHERE id = :id AND outcome = 'unmatched'
