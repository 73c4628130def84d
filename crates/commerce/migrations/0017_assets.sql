-- Pictures that were uploaded: id is the SHA-256 of the file that came; the rest is what was made of it and is kept, at its
-- greatest width.
CREATE TABLE assets (
    id TEXT NOT NULL PRIMARY KEY,
    mime TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes > 0),
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    created_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
