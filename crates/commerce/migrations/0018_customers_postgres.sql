-- Who has ordered: found or made by the address when an order is confirmed. The id is that of their first order; of an address only
-- ASCII letters have a case.
CREATE TABLE customers (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C",
    phone TEXT COLLATE "C",
    marketing_consent_at BIGINT,
    created_at BIGINT NOT NULL
);

-- Where the goods of an order and its invoice go: a copy of what was said when it was placed.
CREATE TABLE order_addresses (
    order_id TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('ship', 'bill')),
    name TEXT COLLATE "C" NOT NULL,
    company TEXT COLLATE "C",
    line1 TEXT COLLATE "C" NOT NULL,
    line2 TEXT COLLATE "C",
    city TEXT COLLATE "C" NOT NULL,
    region TEXT COLLATE "C",
    postal_code TEXT COLLATE "C",
    country TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (order_id, kind)
);

-- What an order knows of its customer, from its confirmation on.
ALTER TABLE orders ADD COLUMN customer_phone TEXT COLLATE "C";
ALTER TABLE orders ADD COLUMN marketing_consent BIGINT;
ALTER TABLE orders ADD COLUMN note TEXT COLLATE "C";
ALTER TABLE orders ADD COLUMN source TEXT COLLATE "C";

-- What the variant of a line is called beside its product.
ALTER TABLE order_lines ADD COLUMN variant_title TEXT COLLATE "C";

-- The customers of orders from before: of each order the first of its address, whose id and name the customer has. The table of
-- orders is written anew as a whole: an update of each row would take longer, and leave as much again to be cleaned up.
CREATE TABLE first_orders (
    number BIGINT NOT NULL,
    customer_id TEXT COLLATE "C" NOT NULL
);

INSERT INTO first_orders (number, customer_id)
SELECT number, customer_id FROM (
    SELECT number, FIRST_VALUE(id) OVER (PARTITION BY LOWER(TRIM(customer_email)) ORDER BY number) AS customer_id
    FROM orders WHERE TRIM(customer_email) <> '' AND status NOT IN ('accepted', 'failed')
) AS of_address ORDER BY number;

ALTER TABLE first_orders ADD PRIMARY KEY (number);

INSERT INTO customers (id, email, email_key, name, created_at)
SELECT o.id, TRIM(o.customer_email), LOWER(TRIM(o.customer_email)), o.customer_name, o.created_at
FROM first_orders f JOIN orders o ON o.number = f.number WHERE f.customer_id = o.id ORDER BY f.number;

CREATE UNIQUE INDEX customers_by_key ON customers (email_key);

CREATE FUNCTION customer_of(BIGINT) RETURNS TEXT LANGUAGE plpgsql STABLE AS
'BEGIN RETURN (SELECT customer_id FROM first_orders WHERE number = $1); END';

ALTER TABLE orders ADD COLUMN customer_id TEXT COLLATE "C";
ALTER TABLE orders ALTER COLUMN customer_id TYPE TEXT COLLATE "C" USING customer_of(number);

DROP FUNCTION customer_of(BIGINT);
DROP TABLE first_orders;

-- The first order of a customer is found by its id.
CREATE INDEX orders_by_customer ON orders (customer_id, number) WHERE customer_id <> id;
