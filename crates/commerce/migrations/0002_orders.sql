-- Orders, what happened to them, and what makes a repeated request harmless.

CREATE TABLE orders (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('accepted', 'confirmed', 'failed', 'cancelled', 'fulfilled', 'refunded')),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    last_seq INTEGER NOT NULL CHECK (last_seq >= 0),
    currency TEXT NOT NULL,
    total_minor INTEGER NOT NULL CHECK (total_minor >= 0),
    refunded_minor INTEGER NOT NULL CHECK (refunded_minor >= 0 AND refunded_minor <= total_minor),
    customer_name TEXT,
    customer_email TEXT,
    scope TEXT NOT NULL,
    client_reference TEXT,
    context TEXT NOT NULL,
    fail_reason TEXT,
    pending_edit TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX orders_by_email ON orders (customer_email, number) WHERE customer_email IS NOT NULL;

CREATE INDEX orders_undecided ON orders (created_at) WHERE status = 'accepted';

CREATE TABLE order_lines (
    order_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    product_id INTEGER,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    category TEXT,
    unit_price_minor INTEGER NOT NULL CHECK (unit_price_minor >= 0),
    quantity INTEGER NOT NULL CHECK (quantity >= 1),
    tracked INTEGER NOT NULL,
    refunded_quantity INTEGER NOT NULL CHECK (refunded_quantity >= 0 AND refunded_quantity <= quantity),
    refunded_minor INTEGER NOT NULL CHECK (refunded_minor >= 0),
    restocked_quantity INTEGER NOT NULL CHECK (restocked_quantity >= 0 AND restocked_quantity <= refunded_quantity),
    PRIMARY KEY (order_id, position)
) WITHOUT ROWID, STRICT;

CREATE TABLE order_events (
    order_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    revenue_delta_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    lines TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (order_id, seq)
) WITHOUT ROWID, STRICT;

CREATE TABLE refunds (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    lines TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX refunds_by_order ON refunds (order_id);

CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done')),
    deadline INTEGER,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    order_id TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
) STRICT;

CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE INDEX idempotency_running ON idempotency (deadline) WHERE state = 'running';

CREATE TABLE client_references (
    scope TEXT NOT NULL,
    reference TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    order_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (scope, reference)
) WITHOUT ROWID, STRICT;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    order_id TEXT,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    money TEXT,
    created_at INTEGER NOT NULL,
    published_at INTEGER
) STRICT;

CREATE INDEX outbox_unpublished ON outbox (id) WHERE published_at IS NULL;

CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;

CREATE TABLE work (
    id INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('deduct', 'release', 'edit')),
    ref TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    lease_until INTEGER,
    created_at INTEGER NOT NULL,
    done_at INTEGER
) STRICT;

CREATE INDEX work_open ON work (next_at) WHERE done_at IS NULL;

CREATE INDEX work_by_ref ON work (ref);

CREATE INDEX work_by_order ON work (order_id, kind);
