-- What left the house in one parcel, by its number within the order. Units of a cancelled one are with the shop again; seq is the
-- event of the order that made it.
CREATE TABLE fulfilment (
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number >= 1),
    seq INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('packed', 'shipped', 'delivered', 'cancelled')),
    carrier TEXT,
    tracking_number TEXT,
    tracking_url TEXT,
    created_at INTEGER NOT NULL,
    shipped_at INTEGER,
    delivered_at INTEGER,
    PRIMARY KEY (order_id, number)
) WITHOUT ROWID, STRICT;

CREATE TABLE fulfilment_line (
    order_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    sku TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, number, sku)
) WITHOUT ROWID, STRICT;

-- Orders of which a part had left already go on with a fulfilment of that part. Of the others every line says all that there is.
INSERT INTO fulfilment_line (order_id, number, sku, quantity)
SELECT l.order_id, 1, l.sku, SUM(l.fulfilled_quantity) FROM order_lines l
WHERE l.fulfilled_quantity > 0 AND l.order_id IN (SELECT id FROM orders WHERE status = 'confirmed')
GROUP BY l.order_id, l.sku;

INSERT INTO fulfilment (order_id, number, seq, status, created_at, shipped_at)
SELECT e.order_id, 1, MAX(e.seq), 'shipped', MAX(e.created_at), MAX(e.created_at) FROM order_events e
WHERE e.kind = 'OrderFulfilled' AND e.order_id IN (SELECT order_id FROM fulfilment_line)
GROUP BY e.order_id;

-- What is owed for an order. Null: of orders from before and of the old dialects nobody says, and of what came to nothing nothing is.
ALTER TABLE orders ADD COLUMN payment_status TEXT;

-- Money that came for an order, and went back. provider_ref is the reference that whoever marked it gave.
CREATE TABLE payment (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    provider_ref TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 1),
    captured_minor INTEGER NOT NULL CHECK (captured_minor >= 0),
    refunded_minor INTEGER NOT NULL CHECK (refunded_minor >= 0),
    created_at INTEGER NOT NULL,
    UNIQUE (order_id, provider, provider_ref),
    CHECK (captured_minor <= amount_minor),
    CHECK (refunded_minor <= captured_minor)
) WITHOUT ROWID, STRICT;

-- What a payment's amounts are made of. Rows are only added.
CREATE TABLE payment_event (
    provider TEXT NOT NULL,
    provider_event_id TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('captured', 'refunded')),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 1),
    at INTEGER NOT NULL,
    PRIMARY KEY (provider, provider_event_id)
) WITHOUT ROWID, STRICT;

CREATE INDEX payment_event_by_payment ON payment_event (payment_id);

-- The lists of what is to be packed and of what is not paid.
CREATE INDEX orders_to_pack ON orders (status, number) WHERE status = 'confirmed';
CREATE INDEX orders_unpaid ON orders (payment_status, number) WHERE payment_status = 'unpaid';
