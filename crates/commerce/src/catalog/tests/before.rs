//! A catalogue that the version before has written, brought up to date: nothing of it is lost, and what was made goes on.

use kassa_db::testing::{Folder, TestPostgres};
use kassa_db::{Db, Error, Tx, params};

use crate::MIGRATIONS;
use crate::catalog::listing::store::{Listing, Sort, list};
use crate::catalog::{self, NewProduct, Status, store, variant, words};
use kassa_model::{Money, Timestamp};

/// The steps of the version before.
const BEFORE: usize = 15;

type Before = (&'static str, &'static str, Option<&'static str>, i64, bool, bool);

/// SKU, name, category, minor units, stock, and whether it is archived.
const ROWS: [Before; 5] = [
    ("mug", "Stoneware Mug", Some("Küche"), 1_800, true, false),
    ("mug-2", "Stoneware mug!", Some("Garn"), 700, true, false),
    ("p-3", "日本", None, 0, false, false),
    ("gone", "Gone Thing", Some("Küche"), 5, true, true),
    ("game", "Spiel", Some("küche"), 99, false, false),
];

fn write_before(tx: &mut Tx<'_>) -> Result<(), Error> {
    let sql = "INSERT INTO products (sku, name, category, description, price_minor, currency, attributes, track_stock, search, \
               version, created_at, updated_at, archived_at, name_fold) \
               VALUES ($1, $2, $3, 'Text of ' || $1, $4, 'EUR', '{\"a\":1}', $5, $1, 4, 7, 9, $6, $1)";
    for (sku, name, category, minor, tracked, archived) in ROWS {
        tx.execute(sql, params![sku, name, category, minor, tracked, archived.then_some(8_i64)])?;
    }
    let sql =
        "INSERT INTO price_change (product_id, price_minor, currency, changed_at) VALUES ($1, $2, 'EUR', 7)";
    for (id, row) in (1_i64..).zip(ROWS) {
        tx.execute(sql, params![id, row.3])?;
    }
    // PostgreSQL has given numbers that no row has.
    tx.execute("INSERT INTO products (sku, name, price_minor, currency, attributes, track_stock, search, version, created_at, \
                updated_at) VALUES ('x', 'x', 1, 'EUR', '{}', 0, 'x', 1, 1, 1)", &[])?;
    tx.execute("DELETE FROM products WHERE sku = 'x'", &[]).map(drop)
}

fn databases(folder: &Folder) -> Vec<Db> {
    let urls = [Some(folder.sqlite_url()), TestPostgres::start().map(|cluster| cluster.fresh_database())];
    urls.into_iter().flatten().map(|url| Db::open(&url).unwrap()).collect()
}

#[test]
fn rows_keep_their_numbers_and_get_what_is_new() {
    let folder = Folder::new();
    for db in databases(&folder) {
        db.migrate(&MIGRATIONS[..BEFORE]).unwrap();
        db.write_blocking(write_before).unwrap();
        db.migrate(MIGRATIONS).unwrap();
        let all = db.read_blocking::<_, Error>(|tx| store::by_ids(tx, &[1, 2, 3, 4, 5])).unwrap();
        let mut all: Vec<_> = all.into_iter().map(|product| (product.id, product)).collect();
        all.sort_by_key(|(id, _)| *id);
        let slugs = ["stoneware-mug", "stoneware-mug-2", "3", "gone-thing", "spiel"];
        let categories = ["kuche", "garn", "", "kuche", "kuche-3"];
        for (((id, product), row), (slug, category)) in all.iter().zip(ROWS).zip(slugs.iter().zip(categories))
        {
            assert_eq!(
                (product.variant_id, product.sku.as_str(), product.name.as_str()),
                (*id, row.0, row.1)
            );
            assert_eq!((product.category.as_deref(), product.price.amount_minor), (row.2, row.3));
            assert_eq!(
                (product.price_from_minor, product.price_to_minor, product.variant_count),
                (row.3, row.3, 1)
            );
            assert_eq!((product.track_stock, product.version), (row.4, 4));
            assert_eq!(product.status == Status::Archived, row.5);
            assert_eq!(
                (product.slug.as_str(), product.category_slug.as_deref().unwrap_or("")),
                (*slug, category)
            );
            let times = (
                product.created_at.micros(),
                product.updated_at.micros(),
                product.archived_at.map(Timestamp::micros),
            );
            assert_eq!(times, (7, 9, row.5.then_some(8)));
        }
        let found = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            let listing = Listing { words, ..Listing::all(Sort::Oldest, 10) };
            let found = db.read_blocking::<_, Error>(move |tx| list(tx, &listing)).unwrap();
            found.into_iter().map(|product| product.id).collect::<Vec<_>>()
        };
        assert_eq!(
            (found(&["mug", "kuche"]), found(&["text"]), found(&["本"])),
            (vec![1], vec![1, 2, 3, 5], vec![3])
        );
        index_is_right(&db);
        // What is made next goes behind them.
        let price = Money { amount_minor: 1, currency: "EUR".parse().unwrap() };
        let new = NewProduct::plain("Stoneware mug", price);
        let made =
            db.write_blocking(move |tx| catalog::create(tx, &new, Timestamp::from_micros(10))).unwrap();
        assert!(made.id > 5 && made.variant_id > 5, "{made:?}");
        assert_eq!(made.slug, format!("stoneware-mug-{}", made.id));
        let prices = db.read_blocking(|tx| {
            let sql = "SELECT variant_id FROM price_change ORDER BY id";
            tx.all(sql, &[], |row| row.int(0))
        });
        assert_eq!(prices.unwrap(), [1, 2, 3, 4, 5, made.variant_id]);
        db.migrate(MIGRATIONS).unwrap();
    }
}

/// Names whose slugs with a number behind them are other products' own.
#[test]
fn slugs_with_numbers_are_not_given_twice() {
    let folder = Folder::new();
    let mut beds = vec![Db::open(&folder.sqlite_url()).unwrap()];
    beds.extend(TestPostgres::start().map(|server| Db::open(&server.fresh_database()).unwrap()));
    for db in beds {
        db.migrate(&MIGRATIONS[..BEFORE]).unwrap();
        let sql = "INSERT INTO products (sku, name, price_minor, currency, attributes, track_stock, search, version, created_at, \
                   updated_at, name_fold) VALUES ($1, $2, 1, 'EUR', '{}', 0, $1, 1, 1, 1, $1)";
        let names = ["Mug 3", "Mug", "Mug", "7", "5", "!", "?", "Mug 3", "mug-8"];
        let write = move |tx: &mut Tx<'_>| {
            names
                .iter()
                .enumerate()
                .try_for_each(|(place, name)| tx.execute(sql, params![&format!("s{place}"), *name]).map(drop))
        };
        db.write_blocking::<_, Error>(write).unwrap();
        db.migrate(MIGRATIONS).unwrap();
        let slugs =
            db.read_blocking(|tx| tx.all("SELECT slug FROM products ORDER BY id", &[], |row| row.text(0)));
        let expected = ["mug-3", "mug", "mug-3-2", "7", "5", "6", "7-2", "mug-3-8", "mug-8"];
        assert_eq!(slugs.unwrap(), expected);
        let price = Money { amount_minor: 1, currency: "EUR".parse().unwrap() };
        for name in ["mug 10", "mug"] {
            let new = NewProduct::plain(name, price);
            db.write_blocking(move |tx| catalog::create(tx, &new, Timestamp::from_micros(10))).unwrap();
        }
    }
}

/// The words that find a product are those that its row holds, if buyers know it.
pub(super) fn index_is_right(db: &Db) {
    let rows = db.read_blocking(|tx| {
        let sql = "SELECT id, search FROM products ORDER BY id";
        let mut expected = Vec::new();
        for (id, search) in tx.all(sql, &[], |row| Ok((row.int(0)?, row.text(1)?)))? {
            let skus = variant::store::of_product(tx, id)?;
            let product = store::by_ids(tx, &[id])?.remove(0);
            let folded =
                catalog::check::Folded::of(&product, skus.iter().map(|variant| variant.sku.as_str()));
            assert_eq!(search, folded.search, "product {id}");
            if product.status != Status::Active {
                continue;
            }
            expected.extend(words::split(&search).into_iter().map(|word| (id, word.to_owned())));
        }
        let sql = "SELECT product_id, word FROM product_word ORDER BY product_id, word";
        let found = tx.all(sql, &[], |row| Ok((row.int(0)?, row.text(1)?)))?;
        Ok::<_, Error>((expected, found))
    });
    let (expected, found) = rows.unwrap();
    assert_eq!(expected, found);
}
