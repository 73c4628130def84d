-- What was erased of people: who asked for it, when, and of whom, as a hash. While one runs, found says what it has found, so that
-- it can be finished after a stop; marks are what the records of the log are known by, as hashes.
CREATE TABLE erasures (
    id TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('email', 'user')),
    asked_by TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    found TEXT NOT NULL,
    marks TEXT NOT NULL,
    counts TEXT NOT NULL,
    done_at INTEGER
) WITHOUT ROWID, STRICT;

CREATE INDEX erasures_by_subject ON erasures (subject);
