-- Who has ordered: found or made by the address when an order is confirmed. The id is that of their first order; of an address only
-- ASCII letters have a case.
CREATE TABLE customers (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    name TEXT,
    phone TEXT,
    marketing_consent_at INTEGER,
    created_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- Where the goods of an order and its invoice go: a copy of what was said when it was placed.
CREATE TABLE order_addresses (
    order_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ship', 'bill')),
    name TEXT NOT NULL,
    company TEXT,
    line1 TEXT NOT NULL,
    line2 TEXT,
    city TEXT NOT NULL,
    region TEXT,
    postal_code TEXT,
    country TEXT NOT NULL,
    PRIMARY KEY (order_id, kind)
) WITHOUT ROWID, STRICT;

-- What an order knows of its customer, from its confirmation on.
ALTER TABLE orders ADD COLUMN customer_id TEXT;
ALTER TABLE orders ADD COLUMN customer_phone TEXT;
ALTER TABLE orders ADD COLUMN marketing_consent INTEGER;
ALTER TABLE orders ADD COLUMN note TEXT;
ALTER TABLE orders ADD COLUMN source TEXT;

-- What the variant of a line is called beside its product.
ALTER TABLE order_lines ADD COLUMN variant_title TEXT;

-- The customers of orders from before: of each order the number of the first of its address, whose id and name the customer has.
-- Both are written in the order of numbers, which is that of the tables.
CREATE TABLE first_orders (
    number INTEGER NOT NULL PRIMARY KEY,
    first INTEGER NOT NULL
) STRICT;

INSERT INTO first_orders (number, first)
SELECT number, first FROM (
    SELECT number, MIN(number) OVER (PARTITION BY LOWER(TRIM(customer_email))) AS first
    FROM orders WHERE TRIM(customer_email) <> '' AND status NOT IN ('accepted', 'failed')
) AS of_address ORDER BY number;

INSERT INTO customers (id, email, email_key, name, created_at)
SELECT o.id, TRIM(o.customer_email), LOWER(TRIM(o.customer_email)), o.customer_name, o.created_at
FROM first_orders f JOIN orders o ON o.number = f.number WHERE f.first = f.number ORDER BY f.number;

CREATE UNIQUE INDEX customers_by_key ON customers (email_key);

UPDATE orders SET customer_id = (SELECT o.id FROM first_orders f JOIN orders o ON o.number = f.first WHERE f.number = orders.number)
WHERE number IN (SELECT number FROM first_orders);

-- The first order of a customer is found by its id.
CREATE INDEX orders_by_customer ON orders (customer_id, number) WHERE customer_id <> id;

DROP TABLE first_orders;
