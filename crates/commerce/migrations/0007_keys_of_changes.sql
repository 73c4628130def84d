-- Which request with a key made a change of an order: a repeat does nothing, however late it comes.
ALTER TABLE order_events ADD COLUMN scope TEXT;

ALTER TABLE order_events ADD COLUMN key TEXT;

ALTER TABLE order_events ADD COLUMN fingerprint TEXT;

CREATE UNIQUE INDEX order_events_by_key ON order_events (order_id, scope, key) WHERE key IS NOT NULL;
