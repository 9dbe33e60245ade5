-- A message concerns an investor.
INSERT INTO email_investor_links (email_id, investor_id, match_kind, status, address, why, created_at)
VALUES (:id, :investor, :kind, :status, :address, :why, :now)
