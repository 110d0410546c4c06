-- The picture of a person: one of their attachments. Null: none.
ALTER TABLE profiles ADD COLUMN picture uuid;
