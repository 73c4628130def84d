CREATE TABLE stock_commands (
    ref TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('deduct', 'release', 'tombstone')),
    attempt INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    lines TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('running', 'moved', 'refused', 'void')),
    answer TEXT NOT NULL,
    replaced_by TEXT,
    released INTEGER NOT NULL CHECK (released IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;
