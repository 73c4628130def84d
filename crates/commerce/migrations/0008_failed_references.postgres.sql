-- An order that has failed gives its client reference free for a request with another key. Which key claimed it:
ALTER TABLE client_references ADD COLUMN key TEXT COLLATE "C";

-- and, once another order has the reference, which keys came to failed orders before.
CREATE TABLE failed_references (
    scope TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (scope, key, reference)
);

CREATE INDEX failed_references_by_order ON failed_references (order_id);

-- Failed orders by age, so that they can leave.
CREATE INDEX orders_failed ON orders (updated_at) WHERE status = 'failed';

-- Whether the outbox still tells of a failed order.
CREATE INDEX outbox_failed ON outbox (order_id) WHERE kind = 'OrderFailed';
