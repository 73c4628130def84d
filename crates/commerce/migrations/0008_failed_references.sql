-- An order that has failed gives its client reference free for a request with another key. Which key claimed it:
ALTER TABLE client_references ADD COLUMN key TEXT;

-- and, once another order has the reference, which keys came to failed orders before.
CREATE TABLE failed_references (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    reference TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    order_id TEXT NOT NULL,
    PRIMARY KEY (scope, key, reference)
) WITHOUT ROWID, STRICT;

CREATE INDEX failed_references_by_order ON failed_references (order_id);

-- Failed orders by age, so that they can leave.
CREATE INDEX orders_failed ON orders (updated_at) WHERE status = 'failed';

-- Whether the outbox still tells of a failed order.
CREATE INDEX outbox_failed ON outbox (order_id) WHERE kind = 'OrderFailed';
