-- Files that were brought in: file is the SHA-256 of their bytes, done_to the last line that was taken. A file that comes again goes
-- on behind it.
CREATE TABLE import_batch (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('products', 'customers', 'orders', 'events')),
    file TEXT NOT NULL,
    name TEXT NOT NULL,
    done_to INTEGER NOT NULL CHECK (done_to >= 0),
    made INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    same INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    undone_at INTEGER
) WITHOUT ROWID, STRICT;

-- What a batch has made, by the line of its file.
CREATE TABLE imported (
    batch_id TEXT NOT NULL,
    line INTEGER NOT NULL,
    thing TEXT NOT NULL,
    PRIMARY KEY (batch_id, line)
) WITHOUT ROWID, STRICT;

-- Lines of which nothing was made, and why.
CREATE TABLE import_refused (
    batch_id TEXT NOT NULL,
    line INTEGER NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (batch_id, line)
) WITHOUT ROWID, STRICT;
