-- Who changed what of orders and the catalogue, by which request. Rows are written with the change and stay as they are; an erasure
-- empties what was asked about a person's orders.
CREATE TABLE admin_event (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    name TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    asked TEXT NOT NULL
) STRICT;

CREATE INDEX admin_event_by_path ON admin_event (path, id);
