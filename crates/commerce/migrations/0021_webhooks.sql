-- Addresses that get the public events as signed requests. event_types is a JSON list; null: all. The secret before signs as well
-- until its time. Nothing is sent to one that is disabled.
CREATE TABLE webhook_endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    description TEXT,
    event_types TEXT,
    secret TEXT NOT NULL,
    secret_before TEXT,
    secret_before_until INTEGER,
    disabled_reason TEXT CHECK (disabled_reason IN ('asked', 'failing', 'gone')),
    disabled_at INTEGER,
    delivered_at INTEGER,
    failing_since INTEGER,
    failed_at INTEGER,
    failure TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK ((disabled_reason IS NULL) = (disabled_at IS NULL)),
    CHECK ((secret_before IS NULL) = (secret_before_until IS NULL))
) STRICT;
