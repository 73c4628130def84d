//! A database that the version before has written is brought up to date: killed in the middle as often as it goes, and run
//! again; and, by hand, how long it takes.
//!
//! ```text
//! KASSA_TEST_PRODUCTS=100000 cargo test --release -p kassa-commerce --test growing -- --ignored takes_so_long --nocapture
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

/// A catalogue of the version before: `count` products in 20 categories, each with a description of some words.
fn write_before(url: &str, count: i64) {
    let db = Db::open(url).unwrap();
    db.migrate(&MIGRATIONS[..BEFORE]).unwrap();
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

/// Every product has its slug, its words, its variant and its category, and no other has them.
fn check(url: &str, count: i64) {
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
    let (folder, count) = (Folder::new(), 900);
    for url in urls(&folder) {
        write_before(&url, count);
        let mut kills = 0;
        // The first kills are in the step itself, before it is committed and after; later ones each some rows further, for every
        // start commits once for each step.
        let later = format!("db.after_commit={}", MIGRATIONS.len() + 3);
        for plan in
            ["db.before_commit=2", "db.before_commit=17"].into_iter().chain(std::iter::repeat(later.as_str()))
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
        check(&url, count);
        println!("{url}: {kills} kills, {count} products, 0 lost");
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
    let count =
        std::env::var("KASSA_TEST_PRODUCTS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let folder = Folder::new();
    for url in urls(&folder) {
        write_before(&url, count);
        let begun = Instant::now();
        Db::open(&url).unwrap().migrate(MIGRATIONS).unwrap();
        println!("{url}: {count} products in {:.1} s", begun.elapsed().as_secs_f64());
        check(&url, count);
    }
}
