-- How often something was changed: whoever changes it says which of its versions was seen.
ALTER TABLE categories ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE webhook_endpoints ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE order_view ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
