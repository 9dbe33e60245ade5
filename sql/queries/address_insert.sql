-- An address seen for the first time, with the name it came with.
INSERT INTO addresses (address, name) VALUES (:address, :name)
