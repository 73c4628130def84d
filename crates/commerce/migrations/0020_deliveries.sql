-- What is told to whom of what happened. Each event is told once to a target by a template; where there is none, its name is empty.
-- A lane is what may be slow by itself: those of one take turns, and none waits for another's. begun_at and tries count from the
-- last time that it was begun anew.
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('email', 'webhook', 'push')),
    target TEXT NOT NULL,
    template TEXT NOT NULL,
    lane TEXT NOT NULL,
    payload TEXT NOT NULL,
    order_id TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    next_at INTEGER,
    lease_until INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    begun_at INTEGER NOT NULL,
    done_at INTEGER,
    UNIQUE (event_id, channel, target, template),
    CHECK ((state = 'waiting') = (next_at IS NOT NULL)),
    CHECK ((state = 'waiting') = (done_at IS NULL))
) STRICT;

CREATE INDEX deliveries_due ON deliveries (lane, next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_by_state ON deliveries (state, id);
CREATE INDEX deliveries_by_target ON deliveries (target, created_at);
CREATE INDEX deliveries_by_order ON deliveries (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX deliveries_done ON deliveries (done_at) WHERE done_at IS NOT NULL;

-- What came of each attempt; answer is the beginning of what was answered.
CREATE TABLE delivery_attempts (
    delivery_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    took_us INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'later', 'never')),
    status INTEGER,
    answer TEXT NOT NULL,
    PRIMARY KEY (delivery_id, number)
) STRICT;

-- Up to where the stream of orders was read of each log. What happened before since, when a shop's stream was first read, is told
-- to nobody.
CREATE TABLE notified (
    log_id TEXT NOT NULL,
    log_partition INTEGER NOT NULL,
    next INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (log_id, log_partition)
) STRICT;
