-- Categories as rows, of which one may be in another. Of a row from before the program fills slug and fold, which SQL cannot make.
CREATE TABLE categories (
    id INTEGER PRIMARY KEY,
    slug TEXT UNIQUE,
    name TEXT NOT NULL,
    name_fold TEXT,
    parent_id INTEGER,
    position INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX categories_by_name ON categories (name, id);
CREATE INDEX categories_by_parent ON categories (parent_id, id);

INSERT INTO categories (name, position, created_at, updated_at)
SELECT category, 0, MIN(created_at), MIN(created_at) FROM products WHERE category IS NOT NULL
GROUP BY category ORDER BY MIN(id);

-- What is sold. Every product has at least one; product n of before is product n and variant n.
CREATE TABLE variants (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL,
    sku TEXT NOT NULL UNIQUE,
    option_values TEXT NOT NULL,
    option_key TEXT NOT NULL,
    title TEXT,
    price_minor INTEGER NOT NULL CHECK (price_minor >= 0),
    currency TEXT NOT NULL,
    cost_minor INTEGER CHECK (cost_minor >= 0),
    barcode TEXT,
    weight_g INTEGER CHECK (weight_g >= 0),
    track_stock INTEGER NOT NULL CHECK (track_stock IN (0, 1)),
    position INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    UNIQUE (product_id, option_key)
) STRICT;

INSERT INTO variants (id, product_id, sku, option_values, option_key, price_minor, currency, track_stock, position, created_at, updated_at)
SELECT id, id, sku, '[]', '[]', price_minor, currency, track_stock, 1, created_at, updated_at FROM products ORDER BY id;

-- Prices are from and to of the variants that are sold. Search holds the words that find it, each behind a space; name_fold is
-- what lists are sorted by. Of a row from before the program fills slug, fold and words.
ALTER TABLE products RENAME TO products_before;
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    slug TEXT UNIQUE,
    name TEXT NOT NULL,
    category_id INTEGER,
    description TEXT,
    release_date TEXT,
    image_url TEXT,
    option_names TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    first_variant_id INTEGER NOT NULL,
    variant_count INTEGER NOT NULL CHECK (variant_count >= 1),
    price_from_minor INTEGER NOT NULL CHECK (price_from_minor >= 0),
    price_to_minor INTEGER NOT NULL CHECK (price_to_minor >= price_from_minor),
    currency TEXT NOT NULL,
    attributes TEXT NOT NULL,
    search TEXT NOT NULL,
    name_fold TEXT,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    archived_at INTEGER,
    CHECK ((status = 'archived') = (archived_at IS NOT NULL))
) STRICT;

INSERT INTO products (id, name, category_id, description, release_date, image_url, option_names, status, first_variant_id, variant_count,
    price_from_minor, price_to_minor, currency, attributes, search, version, created_at, updated_at, archived_at)
SELECT b.id, b.name, c.id, b.description, b.release_date, b.image_url, '[]',
    CASE WHEN b.archived_at IS NULL THEN 'active' ELSE 'archived' END, b.id, 1,
    b.price_minor, b.price_minor, b.currency, b.attributes, '', b.version, b.created_at, b.updated_at, b.archived_at
FROM products_before b LEFT JOIN categories c ON c.name = b.category ORDER BY b.id;
DROP TABLE products_before;

CREATE INDEX products_by_name ON products (name_fold, id);
CREATE INDEX products_by_price ON products (price_from_minor, id);
CREATE INDEX products_by_category ON products (category_id, id);

-- Words by which products are found.
CREATE TABLE product_word (
    word TEXT NOT NULL,
    product_id INTEGER NOT NULL,
    PRIMARY KEY (word, product_id)
) WITHOUT ROWID, STRICT;

-- Where a product was before its slug changed.
CREATE TABLE slug_redirect (
    slug TEXT NOT NULL PRIMARY KEY,
    product_id INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

DROP INDEX price_change_by_product;
ALTER TABLE price_change RENAME COLUMN product_id TO variant_id;
CREATE INDEX price_change_by_variant ON price_change (variant_id, id);

-- The pictures of a product in their order; asset_id is the SHA-256 of the file.
CREATE TABLE product_image (
    product_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    asset_id TEXT NOT NULL,
    variant_id INTEGER,
    alt TEXT NOT NULL,
    PRIMARY KEY (product_id, position)
) WITHOUT ROWID, STRICT;

-- What whoever runs the shop has set, as JSON.
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- Who wants to be told when a SKU is back.
CREATE TABLE back_in_stock (
    sku TEXT NOT NULL,
    email_key TEXT NOT NULL,
    email TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    told_at INTEGER,
    PRIMARY KEY (sku, email_key)
) WITHOUT ROWID, STRICT;
