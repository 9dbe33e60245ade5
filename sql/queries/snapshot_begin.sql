-- A read transaction: all that is read until its end is of one moment.
BEGIN DEFERRED
