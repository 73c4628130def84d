//! Lists: every product once, in order, whatever is added meanwhile; search and categories.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::body;
use crate::testing::{Bed, Dice, seed};

async fn make(bed: &Bed, product: Value) -> i64 {
    bed.send("POST /v1/products", product, 201).await["id"].as_i64().unwrap()
}

fn names(page: &Value) -> Vec<&str> {
    page["results"].as_array().unwrap().iter().map(|product| product["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_every_product_once_under_inserts() {
    let seed = seed();
    for bed in Bed::each() {
        let mut dice = Dice(seed);
        let mut before = BTreeSet::new();
        for _ in 0..40 {
            // Few names and prices, so that many are equal.
            before.insert(make(&bed, body(&format!("n{}", dice.below(5)), dice.below(4))).await);
        }
        for sort in ["newest", "oldest", "name", "-name", "price", "-price"] {
            let mut seen: Vec<Value> = Vec::new();
            let mut path = format!("/v1/products?sort={sort}&limit=7");
            loop {
                let page = bed.get(&path).await;
                seen.extend(page["results"].as_array().unwrap().iter().cloned());
                let new = body(&format!("n{}", dice.below(5)), dice.below(4));
                make(&bed, new).await;
                let Some(cursor) = page["next_cursor"].as_str() else { break };
                path = format!("/v1/products?sort={sort}&limit=7&cursor={cursor}");
            }
            let ids: Vec<i64> = seen.iter().map(|product| product["id"].as_i64().unwrap()).collect();
            let set: BTreeSet<i64> = ids.iter().copied().collect();
            assert_eq!(ids.len(), set.len(), "{} {sort}, seed {seed}: one twice", bed.name);
            assert!(before.is_subset(&set), "{} {sort}, seed {seed}: one is missing", bed.name);
            assert!(seen.windows(2).all(|pair| in_order(sort, &pair[0], &pair[1])), "{} {sort}", bed.name);
            before.extend(set);
        }
        println!("{}: seed {seed}, {} products in 6 orders", bed.name, before.len());
    }
}

fn in_order(sort: &str, a: &Value, b: &Value) -> bool {
    let key = |product: &Value| {
        let id = product["id"].as_i64().unwrap();
        let (name, price) =
            (product["name"].as_str().unwrap().to_owned(), product["price"]["amount_minor"].as_i64());
        match sort.trim_start_matches('-') {
            "name" => (name, 0, id),
            "price" => (String::new(), price.unwrap(), id),
            _ => (String::new(), 0, id),
        }
    };
    let down = sort.starts_with('-') || sort == "newest";
    if down { key(a) > key(b) } else { key(a) < key(b) }
}

#[tokio::test(flavor = "multi_thread")]
async fn finds_words_in_any_case_and_takes_wildcards_as_they_are() {
    for bed in Bed::each() {
        for (name, sku, category) in [
            ("Große Tasse", "cup-big", "Küche"),
            ("Kleine Tasse", "cup-small", "Küche"),
            ("100% Wolle", "wool_1", "Garn"),
            ("1000 Wolle", "woolx1", "Garn"),
            ("Back\\slash", "slash", "Garn"),
        ] {
            let mut product = body(name, 100);
            product["sku"] = sku.into();
            product["category"] = category.into();
            product["description"] = format!("Ein Ding: {name}").into();
            make(&bed, product).await;
        }
        let check = async |query: &str, expected: &[&str]| {
            let page = bed.get(&format!("/v1/products?sort=oldest&{query}")).await;
            assert_eq!(names(&page), expected, "{} {query}", bed.name);
        };
        check("q=TASSE", &["Große Tasse", "Kleine Tasse"]).await;
        check("q=gro%C3%9Fe+tasse", &["Große Tasse"]).await;
        check("q=tasse+gro%C3%9Fe", &["Große Tasse"]).await;
        check("q=K%C3%9CCHE", &["Große Tasse", "Kleine Tasse"]).await;
        check("q=100%25", &["100% Wolle"]).await;
        check("q=wool_1", &["100% Wolle"]).await;
        check("q=%5Cslash", &["Back\\slash"]).await;
        check("q=ein+ding:+kleine+tasse+cup-small", &["Kleine Tasse"]).await;
        check("q=ein+ding:+cup-small+kleine+tasse", &["Kleine Tasse"]).await;
        check("q=%25&category=Garn", &["100% Wolle"]).await;
        check("category=Garn", &["100% Wolle", "1000 Wolle", "Back\\slash"]).await;
        check("category=garn", &["100% Wolle", "1000 Wolle", "Back\\slash"]).await;
        check("category=GARN", &[]).await;
        check("category=kuche", &["Große Tasse", "Kleine Tasse"]).await;
        check("q=cup&category=K%C3%BCche&limit=1", &["Große Tasse"]).await;
        check("q=%27%3B+DROP+TABLE+products", &[]).await;
        check("q=+", &["Große Tasse", "Kleine Tasse", "100% Wolle", "1000 Wolle", "Back\\slash"]).await;
        let categories = bed.get("/v1/categories").await;
        let of = |name: &str, slug: &str, count: i64| {
            let row = categories["results"].as_array().unwrap().iter().find(|row| row["name"] == name);
            let expected = json!({"id": row.unwrap()["id"], "slug": slug, "name": name, "parent_id": null,
                "position": 0, "version": 1, "count": count});
            assert_eq!(row, Some(&expected), "{}", bed.name);
        };
        of("Garn", "garn", 3);
        of("Küche", "kuche", 2);
    }
}
