CREATE TABLE stock_commands (
    ref TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('deduct', 'release', 'tombstone')),
    attempt BIGINT NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    lines TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('running', 'moved', 'refused', 'void')),
    answer TEXT COLLATE "C" NOT NULL,
    replaced_by TEXT COLLATE "C",
    released BIGINT NOT NULL CHECK (released IN (0, 1)),
    created_at BIGINT NOT NULL
);
