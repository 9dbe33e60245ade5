-- A report that is new. One that leaves nothing to be told counts as told.
INSERT INTO bounce_reports (source, hash, kind, confidence, from_address, message_id, reporting_mta, reported_at, seen_at,
                            original_message_id, token, proof, outbox_id, outcome, why, told_at)
VALUES (:source, :hash, :kind, :confidence, :from_address, :message_id, :reporting_mta, :reported_at, :seen_at,
        :original_message_id, :token, :proof, :outbox_id, :outcome, :why, :told_at)
RETURNING id
