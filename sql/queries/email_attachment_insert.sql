-- An attachment of a kept message.
INSERT INTO email_attachments (email_id, position, filename, content_type, disposition, content_id, size_bytes, sha256, is_stored)
VALUES (:id, :position, :filename, :content_type, :disposition, :content_id, :size, :sha256, :is_stored)
