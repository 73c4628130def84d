CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    sku TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    category TEXT,
    description TEXT,
    release_date TEXT,
    image_url TEXT,
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    currency TEXT NOT NULL,
    attributes TEXT NOT NULL,
    track_stock INTEGER NOT NULL CHECK (track_stock IN (0, 1)),
    search TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER
) STRICT;

CREATE INDEX products_by_name ON products (name, id);
CREATE INDEX products_by_price ON products (price_minor, id);
CREATE INDEX products_by_category ON products (category, id);

CREATE TABLE stock (
    sku TEXT NOT NULL PRIMARY KEY,
    on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
    reserved INTEGER NOT NULL CHECK (reserved >= 0),
    low_stock_at INTEGER NOT NULL CHECK (low_stock_at >= 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (reserved <= on_hand)
) STRICT;

CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    ref TEXT NOT NULL,
    sku TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('receive', 'adjust', 'deduct', 'release', 'return')),
    quantity INTEGER NOT NULL,
    reason TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (ref, sku, kind)
) STRICT;

CREATE INDEX ledger_by_sku ON ledger (sku, id);
