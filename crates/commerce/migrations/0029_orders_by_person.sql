-- Who an order is of, without case and accents: name and address, by which it is found; empty of nobody. SQL cannot fold: the program
-- fills it of orders that are there when it starts. Beside numbers, new rows come to the end of the index.
ALTER TABLE orders ADD COLUMN customer_fold TEXT;
CREATE INDEX orders_by_person ON orders (number, customer_fold);
CREATE INDEX orders_unfolded ON orders (number) WHERE customer_fold IS NULL;

-- What whoever runs the shop notes for each other.
ALTER TABLE orders ADD COLUMN staff_note TEXT;

-- What an event says beside money and units, JSON: the note, or which of the order's details are others now.
ALTER TABLE order_events ADD COLUMN detail TEXT;

-- Searches and filters of the list of orders under a name: of one caller, or of all where owner is empty.
CREATE TABLE order_view (
    id TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE INDEX order_view_by_owner ON order_view (owner, name, id);

-- What a scanner reads.
CREATE INDEX variants_by_barcode ON variants (barcode) WHERE barcode IS NOT NULL;
