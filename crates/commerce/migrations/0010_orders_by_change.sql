-- What has changed since a time is asked again and again by whoever keeps a copy of the orders.
CREATE INDEX orders_by_change ON orders (updated_at, number);
