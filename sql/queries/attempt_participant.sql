-- A participant at the moment of sending, and one who has the same address and has unsubscribed (NULL: nobody).
SELECT p.email, p.status = 'active' AND p.deleted_at IS NULL,
       (SELECT o.did FROM participants o
        WHERE o.email = p.email COLLATE NOCASE AND o.status = 'unsubscribed' AND o.deleted_at IS NULL LIMIT 1)
FROM participants p
WHERE p.id = :id
