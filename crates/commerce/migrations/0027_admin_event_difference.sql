-- What of a thing differs since somebody has changed it: the members that differ, as they were and as they are.
ALTER TABLE admin_event ADD COLUMN was TEXT;
ALTER TABLE admin_event ADD COLUMN became TEXT;
