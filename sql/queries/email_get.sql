-- One message, as matching needs it.
SELECT id, thread_id, dmarc, is_matched, has_body, from_address, message_id, body_sha256, is_bulk FROM emails WHERE id = :id
