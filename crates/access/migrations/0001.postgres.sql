CREATE TABLE sites (
    id TEXT COLLATE "C" PRIMARY KEY,
    timezone TEXT COLLATE "C" NOT NULL,
    allow_keyless BIGINT NOT NULL,
    origins TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE site_keys (
    key TEXT COLLATE "C" PRIMARY KEY,
    site TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE api_keys (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    prefix TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    site TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE TABLE sessions (
    hash TEXT COLLATE "C" PRIMARY KEY,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE TABLE login_attempts (
    address TEXT COLLATE "C" PRIMARY KEY,
    failures BIGINT NOT NULL,
    since BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);
CREATE TABLE salts (
    kind TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    salt TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, number)
);
