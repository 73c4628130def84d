-- Which request with a key made a change of an order: a repeat does nothing, however late it comes.
ALTER TABLE order_events ADD COLUMN scope TEXT COLLATE "C";

ALTER TABLE order_events ADD COLUMN key TEXT COLLATE "C";

ALTER TABLE order_events ADD COLUMN fingerprint TEXT COLLATE "C";

CREATE UNIQUE INDEX order_events_by_key ON order_events (order_id, scope, key) WHERE key IS NOT NULL;
