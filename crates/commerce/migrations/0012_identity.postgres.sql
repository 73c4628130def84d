-- Which shop this is: event log and event store bear the same id, so that parts that do not belong together are noticed.
CREATE TABLE shop (
    number BIGINT NOT NULL PRIMARY KEY CHECK (number = 1),
    id TEXT COLLATE "C" NOT NULL
);

-- Up to where the relay has published in each log: what that log must hold at least.
CREATE TABLE published (
    log_id TEXT COLLATE "C" NOT NULL,
    stream TEXT COLLATE "C" NOT NULL,
    log_partition BIGINT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (log_id, stream, log_partition)
);
