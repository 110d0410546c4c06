-- An edit or a reaction that its author alone sees, because the other one of a private chat blocked them. Written by
-- svc-persister with the event.
ALTER TABLE message_edits ADD COLUMN only_for uuid;
ALTER TABLE message_reactions ADD COLUMN only_for uuid;
