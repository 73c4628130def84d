-- Which shop this is: event log and event store bear the same id, so that parts that do not belong together are noticed.
CREATE TABLE shop (
    number INTEGER NOT NULL PRIMARY KEY CHECK (number = 1),
    id TEXT NOT NULL
) STRICT;

-- Up to where the relay has published in each log: what that log must hold at least.
CREATE TABLE published (
    log_id TEXT NOT NULL,
    stream TEXT NOT NULL,
    log_partition INTEGER NOT NULL,
    next INTEGER NOT NULL,
    PRIMARY KEY (log_id, stream, log_partition)
) STRICT;
