//! Searches with words at random against a reference that looks at every product.

use std::collections::BTreeSet;

use kassa_model::{Currency, Money, Timestamp};
use serde_json::{Value, json};

use crate::catalog::http::shelf;
use crate::catalog::listing::store::{Listing, Sort};
use crate::catalog::{self, NewProduct, Status, words};
use crate::testing::{Bed, Dice, scaled, seed};
use crate::text;

const WORDS: [&str; 16] = [
    "mug",
    "Mugs",
    "Große",
    "grosses",
    "Été",
    "ete",
    "blau",
    "b",
    "blaue-tasse",
    "日本語の本",
    "cup-small",
    "small",
    "100%",
    "a_b",
    "back\\slash",
    "Ωmega",
];
const SORTS: [(&str, Sort); 6] = [
    ("newest", Sort::Newest),
    ("oldest", Sort::Oldest),
    ("name", Sort::Name),
    ("-name", Sort::NameDown),
    ("price", Sort::Price),
    ("-price", Sort::PriceDown),
];
const CATEGORIES: [&str; 4] = ["Alles", "Küche", "Mugs", "Leer"];

/// A product as its row is.
struct Row {
    id: i64,
    name: String,
    price: i64,
    category: Option<String>,
    search: String,
}

fn some_words(dice: &mut Dice, most: i64) -> String {
    let count = dice.below(most + 1);
    (0..count).map(|_| WORDS[usize::try_from(dice.below(16)).unwrap()]).collect::<Vec<_>>().join(" ")
}

async fn fill(bed: &Bed, dice: &mut Dice, count: i64) {
    for (name, parent) in [("Alles", None), ("Küche", Some(1)), ("Mugs", Some(2)), ("Leer", None)] {
        bed.send("POST /v1/categories", json!({"name": name, "parent_id": parent}), 201).await;
    }
    let mut news = Vec::new();
    for _ in 0..count {
        let price = Money { amount_minor: dice.below(5), currency: Currency::USD };
        let mut new = NewProduct::plain(format!("thing {}", some_words(dice, 3)), price);
        new.description = Some(some_words(dice, 3)).filter(|text| !text.is_empty());
        new.category =
            (dice.below(4) > 0).then(|| CATEGORIES[usize::try_from(dice.below(3)).unwrap()].to_owned());
        new.status = if dice.below(8) == 0 { Status::Draft } else { Status::Active };
        news.push((new, dice.below(8) == 0));
    }
    bed.write(move |tx| {
        for (new, goes) in &news {
            let made = catalog::create(tx, new, Timestamp::from_micros(1)).unwrap();
            if *goes {
                catalog::archive(tx, made.id, None, Timestamp::from_micros(2)).unwrap();
            }
        }
        Ok(())
    });
}

/// What buyers know.
fn rows(bed: &Bed) -> Vec<Row> {
    let sql = "SELECT p.id, p.name_fold, p.price_from_minor, c.name, p.search FROM products p \
               LEFT JOIN categories c ON c.id = p.category_id WHERE p.status = 'active'";
    bed.write(move |tx| {
        tx.all(sql, &[], |row| {
            let (id, name, price) = (row.int(0)?, row.text(1)?, row.int(2)?);
            Ok(Row { id, name, price, category: row.text_or_null(3)?, search: row.text(4)? })
        })
    })
}

/// The ids of what is looked for, in order.
fn reference(rows: &[Row], q: &str, category: Option<&str>, sort: Sort) -> Vec<i64> {
    let wanted = text::fold(q);
    let inside: &[&str] = match category {
        Some("Alles") => &["Alles", "Küche", "Mugs"],
        Some("Küche") => &["Küche", "Mugs"],
        Some("Mugs") => &["Mugs"],
        _ => &[],
    };
    let fits = |row: &&Row| {
        let is_inside = row.category.as_deref().is_some_and(|name| inside.contains(&name));
        let has = |word: &str| words::split(&row.search).into_iter().any(|known| known.starts_with(word));
        (category.is_none() || is_inside) && wanted.split_whitespace().all(has)
    };
    let mut found: Vec<&Row> = rows.iter().filter(fits).collect();
    found.sort_by(|one, other| match sort {
        Sort::Oldest | Sort::Newest => one.id.cmp(&other.id),
        Sort::Name | Sort::NameDown => (&one.name, one.id).cmp(&(&other.name, other.id)),
        Sort::Price | Sort::PriceDown => (one.price, one.id).cmp(&(other.price, other.id)),
    });
    if matches!(sort, Sort::Newest | Sort::NameDown | Sort::PriceDown) {
        found.reverse();
    }
    found.into_iter().map(|row| row.id).collect()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn ids(page: &Value) -> Vec<i64> {
    page["results"].as_array().unwrap().iter().map(|product| product["id"].as_i64().unwrap()).collect()
}

/// Some words, of which the last may be the beginning of one.
fn question(dice: &mut Dice) -> String {
    let q = format!("{} {}", some_words(dice, 2), WORDS[usize::try_from(dice.below(16)).unwrap()]);
    let cut = dice.below(4);
    let mut q: Vec<char> = q.trim().chars().collect();
    q.truncate(q.len().saturating_sub(usize::try_from(cut).unwrap()).max(1));
    q.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn finds_what_looking_at_each_product_finds() {
    let seed = seed();
    for bed in Bed::each() {
        let mut dice = Dice(seed);
        fill(&bed, &mut dice, 150).await;
        let (mut asked, mut found) = (0, 0);
        for round in 0..scaled(300) {
            let rows = rows(&bed);
            for _ in 0..4 {
                let q = question(&mut dice);
                let (name, sort) = SORTS[usize::try_from(dice.below(6)).unwrap()];
                let category =
                    (dice.below(3) == 0).then(|| CATEGORIES[usize::try_from(dice.below(4)).unwrap()]);
                let expected = reference(&rows, &q, category, sort);
                let limit = 1 + dice.below(20);
                let mut path = format!("/v1/products?q={}&sort={name}&limit={limit}&total=true", encoded(&q));
                if let Some(category) = category {
                    path.push_str(&format!("&category={}", encoded(category)));
                }
                let context = format!("{} {q:?} {category:?} {name} {limit}, seed {seed}", bed.name);
                let (mut seen, mut cursor) = (Vec::new(), String::new());
                loop {
                    let page = bed.get(&format!("{path}{cursor}")).await;
                    let total = (page["total"].as_u64().unwrap(), &page["total_exact"]);
                    assert_eq!(total, (expected.len() as u64, &json!(true)), "{context}");
                    seen.extend(ids(&page));
                    let Some(next) = page["next_cursor"].as_str() else { break };
                    cursor = format!("&cursor={next}");
                }
                assert_eq!(seen, expected, "{context}");
                let skipped = dice.below(12);
                let listing = Listing {
                    words: catalog::listing::words(&q).unwrap(),
                    category: category.map(str::to_owned),
                    skipped,
                    ..Listing::all(sort, 5)
                };
                let page = shelf::products(&bed.shop, listing).await.unwrap();
                let page: Value = serde_json::from_slice(&page.body).unwrap();
                let part: Vec<i64> =
                    expected.iter().skip(usize::try_from(skipped).unwrap()).take(5).copied().collect();
                assert_eq!(ids(&page), part, "{context}, {skipped} skipped");
                (asked, found) = (asked + 1, found + expected.len());
            }
            change(&bed, &mut dice, round).await;
        }
        assert!(found > asked, "{}: next to nothing is found", bed.name);
        super::before::index_is_right(&bed.db);
        println!("{}: seed {seed}, {asked} searches, {found} products found, 0 wrong", bed.name);
    }
}

/// Something changes that the next search must see.
async fn change(bed: &Bed, dice: &mut Dice, round: u64) {
    let path = format!("/v1/products/{}", 1 + dice.below(150));
    let status = bed.call(&format!("GET {path}"), &[], "").await.status;
    match (status, dice.below(3)) {
        (404, _) => drop(bed.call(&format!("POST {path}/restore"), &[], "{}").await),
        (_, 0) => drop(bed.send(&format!("DELETE {path}"), json!({}), 204).await),
        (_, 1) => drop(bed.send(&format!("PATCH {path}"), json!({"status": "draft"}), 200).await),
        _ => {
            let name = format!("thing {round} {}", some_words(dice, 2));
            let change = json!({"name": name, "category": CATEGORIES[usize::try_from(dice.below(3)).unwrap()],
                "price": {"amount_minor": dice.below(5)}});
            bed.send(&format!("PATCH {path}"), change, 200).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn suggests_names_first() {
    for bed in Bed::each() {
        for (name, description) in [
            ("Stoneware Mug", None),
            ("Mug tree", None),
            ("Saucer", Some("for the mug of stoneware")),
            ("Mugs, four", None),
            ("Émile's mug", None),
            ("Kettle", None),
        ] {
            let product = json!({"name": name, "description": description, "price": {"amount_minor": 1}});
            bed.send("POST /v1/products", product, 201).await;
        }
        let draft = json!({"name": "Mug of tomorrow", "price": {"amount_minor": 1}, "status": "draft"});
        bed.send("POST /v1/products", draft, 201).await;
        let check = async |query: &str, expected: &[&str]| {
            let reply = bed.call(&format!("GET /v1/products/suggest?{query}"), &[], "").await;
            assert_eq!(
                (reply.status, reply.header("cache-control")),
                (200, "public, max-age=10"),
                "{}",
                reply.text
            );
            let page = reply.json();
            let names: Vec<&str> =
                page["results"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
            assert_eq!(names, expected, "{} {query}", bed.name);
        };
        check("q=MUG", &["Mugs, four", "Mug tree", "Émile's mug", "Stoneware Mug", "Saucer"]).await;
        check("q=mug&limit=2", &["Mugs, four", "Mug tree"]).await;
        check("q=mug+ston", &["Stoneware Mug", "Saucer"]).await;
        check("q=%C3%89m", &["Émile's mug"]).await;
        check("q=mugx", &[]).await;
        check("q=+", &[]).await;
        check("", &[]).await;
        for bad in ["q=a&sort=name", "limit=0", "q=%00", "q=a+b+c+d+e+f+g+h+i+j+k+l+m"] {
            let reply = bed.call(&format!("GET /v1/products/suggest?{bad}"), &[], "").await;
            assert_eq!(reply.status, 400, "{bad}: {}", reply.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_bought_most_of_late_is_best() {
    for bed in Bed::each() {
        let best = async || {
            let page = shelf::best(&bed.shop, 3).await.unwrap();
            let page: Value = serde_json::from_slice(&page.body).unwrap();
            let rows = page["results"].as_array().unwrap().iter();
            rows.map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(best().await, Vec::<String>::new(), "{}", bed.name);
        for name in ["a", "b", "c", "d", "e"] {
            let product =
                json!({"sku": name, "name": name, "price": {"amount_minor": 1}, "track_stock": false});
            bed.send("POST /v1/products", product, 201).await;
        }
        bed.shop.best.forget();
        bed.shop.products.forget_all();
        assert_eq!(best().await, ["e", "d", "c"], "{}: nothing was bought", bed.name);
        for (key, items) in
            [("1", [("a", 1), ("b", 2)]), ("2", [("c", 50), ("b", 1)]), ("3", [("b", 1), ("d", 1)])]
        {
            let items: Vec<Value> =
                items.iter().map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity})).collect();
            let key = format!("idempotency-key: {key}");
            let reply = bed.call("POST /v1/orders", &[&key], json!({"items": items}).to_string()).await;
            assert_eq!(reply.status, 201, "{}", reply.text);
        }
        bed.shop.best.forget();
        bed.shop.products.forget_all();
        assert_eq!(
            best().await[0],
            "b",
            "{}: in most orders, however many of one were bought at once",
            bed.name
        );
        bed.send("DELETE /v1/products/sku:b", json!({}), 204).await;
        let without: BTreeSet<String> = best().await.into_iter().collect();
        assert!(!without.contains("b") && without.len() == 3, "{}: {without:?}", bed.name);
    }
}
