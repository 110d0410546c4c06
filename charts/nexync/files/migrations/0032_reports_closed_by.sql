-- Which administrator looked into a report; null where it was done by hand.
ALTER TABLE reports ADD COLUMN handled_by uuid;
