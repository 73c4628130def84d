-- How often an address was told of a kind of event within the hour, without reading the rows.
DROP INDEX deliveries_by_target;
CREATE INDEX deliveries_by_target ON deliveries (target, event_type, created_at);
