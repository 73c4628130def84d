-- What people write down for the reports of a site: segments, goals, notes, rules, share links, alerts. A thing's own members are
-- one JSON object; `secret` has what only share links have, the hash of the token and of the password.
CREATE TABLE kept (
    id TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    secret TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    last_used_at INTEGER
) STRICT;
-- Every version of them; without a body: then it was removed.
CREATE TABLE kept_versions (
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    site TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT,
    body TEXT,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (id, version)
) STRICT;
-- How an alert stands, as one JSON object.
CREATE TABLE alert_states (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
