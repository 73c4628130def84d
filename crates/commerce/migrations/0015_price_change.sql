-- Every price that a product has had, with the one before it; null where the history begins. Rows are only added.
CREATE TABLE price_change (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL,
    before_minor INTEGER,
    before_currency TEXT,
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    currency TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE INDEX price_change_by_product ON price_change (product_id, id);
CREATE INDEX price_change_by_time ON price_change (changed_at, id);

-- Of products that were there it is known that they have cost this since they were changed last.
INSERT INTO price_change (product_id, price_minor, currency, changed_at)
SELECT id, price_minor, currency, updated_at FROM products;

-- What happened to the shop that its figures may show: stock, catalogue, versions, chaos. Prices are above.
CREATE TABLE note (
    id TEXT NOT NULL PRIMARY KEY,
    noted_at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    sku TEXT,
    detail TEXT NOT NULL
) STRICT;

CREATE INDEX note_by_time ON note (noted_at, id);
