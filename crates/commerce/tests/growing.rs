//! A database that the version before has written is brought up to date: killed in the middle as often as it goes, and run
//! again; and, by hand, how long it takes.
//!
//! ```text
//! KASSA_TEST_PRODUCTS=100000 KASSA_TEST_ORDERS=1000000 cargo test --release -p kassa-commerce --test growing -- --ignored takes_so_long --nocapture
//! ```

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::process::{Command, Stdio};
use std::time::Instant;

use kassa_commerce::MIGRATIONS;
use kassa_commerce::catalog::listing::store::{Listing, Sort, list};
use kassa_db::testing::{Folder, TestPostgres};
use kassa_db::{Db, Error, params};
use kassa_model::failpoint;

const URL: &str = "KASSA_TEST_DB";
const PLAN: &str = "KASSA_TEST_PLAN";
/// The steps of the version before.
const BEFORE: usize = 15;

/// How much there is.
#[derive(Debug, Clone, Copy)]
struct Size {
    products: i64,
    orders: i64,
}

/// A shop of the version before.
fn write_before(url: &str, size: Size) {
    let db = Db::open(url).unwrap();
    db.migrate(&MIGRATIONS[..BEFORE]).unwrap();
    write_products(&db, size.products);
    for start in (0..size.orders).step_by(10_000) {
        let end = size.orders.min(start + 10_000);
        let written = db.write_blocking::<_, Error>(move |tx| {
            for sql in ORDERS {
                tx.execute(sql, params![start, end])?;
            }
            Ok(())
        });
        written.unwrap();
    }
}

/// A statement over the numbers n from $1 to before $2.
macro_rules! of_numbers {
    ($sql:literal) => {
        concat!(
            "WITH RECURSIVE numbers (n) AS (SELECT CAST($1 AS BIGINT) \
             UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < CAST($2 AS BIGINT)) ",
            $sql
        )
    };
}

/// Orders of two lines, one in ten by nobody, the others by some of 400,000 addresses; one in ten failed, two fulfilled. Of
/// every hundredth a line has left already.
const ORDERS: [&str; 3] = [
    of_numbers!(
        "INSERT INTO orders (number, id, status, revision, last_seq, currency, total_minor, refunded_minor, customer_name, customer_email, \
     scope, context, created_at, updated_at) SELECT n + 1, 'order-' || CAST(1000000000 + n AS TEXT), CASE n % 10 WHEN 3 THEN 'failed' \
     WHEN 4 THEN 'fulfilled' WHEN 5 THEN 'fulfilled' ELSE 'confirmed' END, 1, 2, 'EUR', 300, 0, 'Buyer', \
     CASE n % 10 WHEN 7 THEN NULL ELSE 'Buyer' || CAST(n * 7919 % 400000 AS TEXT) || '@example.com' END, 'default/public', \
     '{}', n, n FROM numbers"
    ),
    of_numbers!(
        "INSERT INTO order_lines (order_id, position, product_id, sku, name, unit_price_minor, quantity, tracked, refunded_quantity, \
     refunded_minor, restocked_quantity, fulfilled_quantity) SELECT 'order-' || CAST(1000000000 + n AS TEXT), position, 1 + n % 900, \
     'sku-' || CAST((n + position) % 900 AS TEXT), 'Thing', 100 * position, 1, 1, 0, 0, 0, \
     CASE WHEN n % 10 IN (4, 5) THEN 1 WHEN n % 100 = 0 AND position = 1 THEN 1 ELSE 0 END \
     FROM numbers CROSS JOIN (SELECT 1 AS position UNION ALL SELECT 2) AS positions"
    ),
    of_numbers!(
        "INSERT INTO order_events (order_id, seq, kind, status, revenue_delta_minor, currency, lines, created_at) \
     SELECT 'order-' || CAST(1000000000 + n AS TEXT), seq, CASE WHEN seq = 1 THEN 'OrderConfirmed' ELSE 'OrderFulfilled' END, \
     'confirmed', 300, 'EUR', '[]', n FROM numbers CROSS JOIN (SELECT 1 AS seq UNION ALL SELECT 2) AS seqs"
    ),
];

/// A catalogue: `count` products in 20 categories, each with a description of some words.
fn write_products(db: &Db, count: i64) {
    let sql = "INSERT INTO products (sku, name, category, description, price_minor, currency, attributes, track_stock, search, \
               version, created_at, updated_at, name_fold) VALUES ($1, $2, $3, $4, $5, 'EUR', '{}', 1, $2, 1, 1, 1, $2)";
    for start in (0..count).step_by(1_000) {
        let written = db.write_blocking::<_, Error>(move |tx| {
            for number in start..count.min(start + 1_000) {
                let (sku, name) =
                    (format!("sku-{number}"), format!("Thing {} of {}", number % 5_000, number % 37));
                let text = format!(
                    "A thing that is {} and {}, made for number {number}",
                    WORDS[at(number, 1)],
                    WORDS[at(number, 7)]
                );
                let category = format!("Category {}", number % 20);
                tx.execute(sql, params![&sku, &name, &category, &text, number % 10_000])?;
            }
            Ok(())
        });
        written.unwrap();
    }
}

const WORDS: [&str; 12] = [
    "red", "blue", "large", "small", "heavy", "light", "wooden", "brass", "quiet", "loud", "round", "square",
];

fn at(number: i64, part: i64) -> usize {
    usize::try_from(number / part % 12).unwrap()
}

/// Every product has its slug, its words, its variant and its category, and no other has them; every order its customer, and what
/// had left is a parcel.
fn check(url: &str, Size { products: count, orders }: Size) {
    let db = Db::open(url).unwrap();
    let numbers = |sql: &'static str| {
        db.read_blocking::<_, Error>(move |tx| tx.first(sql, &[], |row| row.int(0))).unwrap()
    };
    for (sql, expected) in [
        (
            "SELECT COUNT(*) FROM products WHERE slug IS NOT NULL AND name_fold IS NOT NULL AND search <> ''",
            count,
        ),
        ("SELECT COUNT(DISTINCT slug) FROM products", count),
        (
            "SELECT COUNT(*) FROM products p JOIN variants v ON v.id = p.id AND v.product_id = p.id AND p.first_variant_id = v.id",
            count,
        ),
        (
            "SELECT COUNT(*) FROM products p JOIN categories c ON c.id = p.category_id AND c.slug IS NOT NULL",
            count,
        ),
        ("SELECT COUNT(*) FROM categories", 20),
        ("SELECT COUNT(*) FROM product_word WHERE word = 'thing'", count),
        (
            "SELECT COUNT(*) FROM product_word w JOIN products p ON p.id = w.product_id \
             WHERE p.search || ' ' NOT LIKE '% ' || w.word || ' %'",
            0,
        ),
        ("SELECT COUNT(*) FROM orders WHERE customer_id IS NOT NULL", orders / 10 * 8),
        (
            "SELECT COUNT(*) FROM orders o JOIN customers c ON c.id = o.customer_id \
             WHERE c.email_key <> LOWER(o.customer_email) OR o.number < (SELECT f.number FROM orders f WHERE f.id = c.id)",
            0,
        ),
        ("SELECT COUNT(*) - COUNT(DISTINCT email_key) FROM customers", 0),
        ("SELECT COUNT(*) FROM fulfilment f JOIN fulfilment_line l ON l.order_id = f.order_id", orders / 100),
    ] {
        assert_eq!(numbers(sql), Some(expected), "{url} {sql}");
    }
    let listing =
        Listing { words: vec!["brass".to_owned(), "number".to_owned()], ..Listing::all(Sort::Newest, 10) };
    assert_eq!(db.read_blocking::<_, Error>(move |tx| list(tx, &listing)).unwrap().len(), 10);
}

fn urls(folder: &Folder) -> Vec<String> {
    [Some(folder.sqlite_url()), TestPostgres::start().map(|cluster| cluster.fresh_database())]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn killed_in_the_middle_and_run_again() {
    let (folder, size) = (Folder::new(), Size { products: 900, orders: 3_000 });
    for url in urls(&folder) {
        write_before(&url, size);
        let mut kills = 0;
        // The first kills are in the step itself, before it is committed and after; later ones each some rows further, for every
        // start commits once for each step.
        let later = format!("db.after_commit={}", MIGRATIONS.len() + 3);
        for plan in ["db.before_commit=2", "db.before_commit=4", "db.before_commit=17"]
            .into_iter()
            .chain(std::iter::repeat(later.as_str()))
        {
            let binary = std::env::current_exe().unwrap();
            let mut command = Command::new(binary);
            command
                .args(["--exact", "other_process", "--ignored", "--test-threads=1"])
                .env(URL, &url)
                .env(PLAN, plan);
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
            if status.success() {
                break;
            }
            assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(6), "{plan}: {status}");
            kills += 1;
            assert!(kills < 50, "it never ends");
        }
        assert!(kills >= 5, "{url}: {kills} kills");
        check(&url, size);
        println!("{url}: {kills} kills, {size:?}, 0 lost");
    }
}

/// The work of the other process; does nothing when run by hand.
#[test]
#[ignore = "run by another test in a process of its own"]
fn other_process() {
    let (Ok(url), Ok(plan)) = (std::env::var(URL), std::env::var(PLAN)) else { return };
    failpoint::arm(&plan).unwrap();
    Db::open(&url).unwrap().migrate(MIGRATIONS).unwrap();
}

#[test]
#[ignore = "a measurement"]
fn takes_so_long() {
    let of = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let size = Size { products: of("KASSA_TEST_PRODUCTS"), orders: of("KASSA_TEST_ORDERS") };
    let folder = Folder::new();
    for url in urls(&folder) {
        write_before(&url, size);
        let begun = Instant::now();
        Db::open(&url).unwrap().migrate(MIGRATIONS).unwrap();
        println!("{url}: {size:?} in {:.1} s", begun.elapsed().as_secs_f64());
        check(&url, size);
    }
}
