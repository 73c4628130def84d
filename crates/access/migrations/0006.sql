-- Who changed what of sites, keys and what is kept for reports, by which request, and what of it differs since. Rows are written with the
-- change and stay as they are.
CREATE TABLE access_event (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    name TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    asked TEXT NOT NULL,
    was TEXT,
    became TEXT
) STRICT;

CREATE INDEX access_event_by_path ON access_event (path, id);
