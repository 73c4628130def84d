-- The messages to names, in the order in which they were committed: whoever writes one takes the next number of inbox_end and holds
-- it until then.
CREATE TABLE inbox (
    seq INTEGER NOT NULL PRIMARY KEY,
    delivery_id TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX inbox_by_time ON inbox (created_at);

CREATE TABLE inbox_end (
    number INTEGER NOT NULL PRIMARY KEY CHECK (number = 1),
    seq INTEGER NOT NULL
) STRICT;

INSERT INTO inbox_end (number, seq) VALUES (1, 0);
