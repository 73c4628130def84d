CREATE TABLE sites (
    id TEXT PRIMARY KEY,
    timezone TEXT NOT NULL,
    allow_keyless INTEGER NOT NULL,
    origins TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE site_keys (
    key TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    prefix TEXT NOT NULL,
    scopes TEXT NOT NULL,
    site TEXT,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE TABLE sessions (
    hash TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE login_attempts (
    address TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    since INTEGER NOT NULL,
    locked_until INTEGER NOT NULL
) STRICT;
CREATE TABLE salts (
    kind TEXT NOT NULL,
    number INTEGER NOT NULL,
    salt TEXT NOT NULL,
    PRIMARY KEY (kind, number)
) STRICT;
