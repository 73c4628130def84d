//! How long searches take in a large catalogue, by hand:
//!
//! ```text
//! KASSA_TEST_PRODUCTS=100000 cargo test -p kassa-commerce --test searching -- --ignored --nocapture
//! ```

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use kassa_access::{Access, Mode, Options};
use kassa_commerce::{Databases, MIGRATIONS, Shop, ShopOptions, storefront_routes};
use kassa_db::testing::{Folder, TestPostgres};
use kassa_db::{Db, Error, params};
use kassa_model::SystemClock;
use kassa_service::Metrics;
use tower::ServiceExt;

/// The steps before products had words, which the newest then fills in.
const BEFORE: usize = 15;
const CLIENTS: usize = 64;
const LASTS: Duration = Duration::from_secs(10);

const MATERIALS: [&str; 12] = [
    "stoneware",
    "linen",
    "walnut",
    "brass",
    "wool",
    "glass",
    "steel",
    "oak",
    "cotton",
    "leather",
    "bamboo",
    "clay",
];
const COLOURS: [&str; 12] =
    ["red", "blue", "green", "sand", "ivory", "graphite", "indigo", "rust", "sage", "oat", "black", "white"];
const THINGS: [&str; 20] = [
    "mug", "kettle", "board", "lamp", "notebook", "pen", "pillow", "blanket", "bowl", "tray", "clock",
    "basket", "apron", "jar", "knife", "pan", "tote", "wallet", "bottle", "stool",
];
const SORTS: [&str; 5] = ["newest", "price", "-price", "name", "oldest"];

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound as u64).unwrap()
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }
}

fn write(db: &Db, count: usize) {
    db.migrate(&MIGRATIONS[..BEFORE]).unwrap();
    let sql = "INSERT INTO products (sku, name, category, description, price_minor, currency, attributes, track_stock, search, \
               version, created_at, updated_at, name_fold) VALUES ($1, $2, $3, $4, $5, 'EUR', '{}', 0, $2, 1, 1, 1, $2)";
    for start in (0..count).step_by(1_000) {
        let written = db.write_blocking::<_, Error>(move |tx| {
            let mut dice = Dice(start as u64);
            for number in start..count.min(start + 1_000) {
                let name = format!(
                    "{} {} {}, model {}",
                    dice.pick(&COLOURS),
                    dice.pick(&MATERIALS),
                    dice.pick(&THINGS),
                    dice.below(5_000)
                );
                let text = format!(
                    "A {} of {} that is made for the home, goes with {} and holds for years; batch {}",
                    dice.pick(&THINGS),
                    dice.pick(&MATERIALS),
                    dice.pick(&COLOURS),
                    dice.below(900)
                );
                let (sku, price) = (format!("sku-{number}"), i64::try_from(dice.below(20_000)).unwrap());
                let category = format!("Category {}", number % 20);
                tx.execute(sql, params![&sku, &name, &category, &text, price])?;
            }
            Ok(())
        });
        written.unwrap();
    }
    db.migrate(MIGRATIONS).unwrap();
}

/// What somebody asks: from one frequent word to three, rare ones, beginnings of words, and what nothing has.
fn question(dice: &mut Dice) -> String {
    let (colour, material, thing) = (dice.pick(&COLOURS), dice.pick(&MATERIALS), dice.pick(&THINGS));
    let q = match dice.below(9) {
        0 => thing.to_owned(),
        1 | 2 => format!("{material}+{thing}"),
        3 => format!("{thing}+{material}+{colour}"),
        4 => format!("made+home+{colour}"),
        5 => format!("{material}+{}", dice.below(5_000)),
        6 => format!("{material}+{}", &thing[..2]),
        7 => format!("{thing}+{}", dice.pick(&["submarine", "zeppelin", "unicorn"])),
        _ => return format!("/v1/products/suggest?q={}", &thing[..2 + dice.below(thing.len() - 2)]),
    };
    let category =
        if dice.below(5) == 0 { format!("&category=category-{}", dice.below(20)) } else { String::new() };
    let total = if dice.below(2) == 0 { "&total=true" } else { "" };
    format!("/v1/products?q={q}&sort={}&limit=24{category}{total}", dice.pick(&SORTS))
}

async fn ask(router: &Router, path: &str) -> (Duration, String) {
    let begun = Instant::now();
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (begun.elapsed(), String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn takes_so_long() {
    let count =
        std::env::var("KASSA_TEST_PRODUCTS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let (folder, data) = (Folder::new(), Folder::new());
    let postgres = TestPostgres::start().map(|cluster| cluster.fresh_database());
    for url in [Some(folder.sqlite_url()), postgres].into_iter().flatten() {
        let db = Db::open(&url).unwrap();
        let begun = Instant::now();
        write(&db, count);
        println!("{url}: {count} products written in {:.1} s", begun.elapsed().as_secs_f64());
        if url.starts_with("postgres") {
            // What autovacuum does within a minute.
            let vacuum = std::process::Command::new("psql").args([&url, "-qc", "VACUUM ANALYZE"]).status();
            assert!(vacuum.unwrap().success());
        }
        let access = Access::open(&Options::default(), Mode::Open, data.path()).unwrap();
        let options = ShopOptions::default();
        let shop =
            Shop::new(Databases::all_in(&db), access, Arc::new(SystemClock), options, &Metrics::new("test"));
        let router = storefront_routes(shop);
        for path in [
            "/v1/products?q=mug",
            "/v1/products?q=made+home+years&sort=price",
            "/v1/products?q=made+home+years&sort=-name&total=true",
            "/v1/products?q=walnut+board+red&sort=price",
            "/v1/products/suggest?q=mu",
            "/v1/products?q=m&sort=price",
        ] {
            let (first, _) = ask(&router, path).await;
            tokio::time::sleep(Duration::from_millis(1_100)).await;
            let (again, _) = ask(&router, path).await;
            println!("  {path}: {first:.1?}, {again:.1?} after its lists had grown old");
        }
        let begun = Instant::now();
        let clients = (0..CLIENTS).map(|client| {
            let (router, mut dice) = (router.clone(), Dice(client as u64 + 77));
            tokio::spawn(async move {
                let mut took = Vec::new();
                while begun.elapsed() < LASTS {
                    took.push(ask(&router, &question(&mut dice)).await.0);
                }
                took
            })
        });
        let clients: Vec<_> = clients.collect();
        let mut took = Vec::new();
        for client in clients {
            took.extend(client.await.unwrap());
        }
        took.sort_unstable();
        let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize];
        println!(
            "{url}: {CLIENTS} clients, {:.0} searches/s, p50 {:.1?}, p90 {:.1?}, p99 {:.1?}, most {:.1?}",
            took.len() as f64 / begun.elapsed().as_secs_f64(),
            at(0.5),
            at(0.9),
            at(0.99),
            at(1.0)
        );
    }
}
