-- What a report says became of an attempt: a complaint weighs more than a bounce, that more than a delivery, that more than a delay.
UPDATE send_attempts SET delivery = :delivery, delivery_at = :at
WHERE id = :id AND CASE :delivery WHEN 'complained' THEN 4 WHEN 'bounced' THEN 3 WHEN 'delivered' THEN 2 ELSE 1 END
    > CASE delivery WHEN 'complained' THEN 4 WHEN 'bounced' THEN 3 WHEN 'delivered' THEN 2 WHEN 'delayed' THEN 1 ELSE 0 END
