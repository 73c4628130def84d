//! Names without case and accents: lists, categories and searches, of new products and of those from before.

use kassa_db::testing::{Folder, TestPostgres};
use kassa_db::{Db, Error, params};
use serde_json::{Value, json};

use super::body;
use crate::MIGRATIONS;
use crate::catalog::listing::store::{self, Listing, Sort};
use crate::testing::Bed;

/// The steps that there were before names were folded.
const BEFORE: usize = 5;

async fn make(bed: &Bed, name: &str, category: &str) {
    let mut product = body(name, 100);
    product["category"] = category.into();
    bed.send("POST /v1/products", product, 201).await;
}

fn names<'a>(page: &'a Value, member: &str) -> Vec<&'a str> {
    page[member].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

const SORTED: [&str; 8] = ["apple", "Banana", "dauphin", "E", "Émile", "Ete", "F", "zebra"];

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_in_the_order_of_the_alphabet() {
    for bed in Bed::each() {
        for place in [5, 0, 7, 3, 1, 4, 6, 2] {
            make(&bed, SORTED[place], SORTED[place]).await;
        }
        // Pages of one, so that each place is found again by its cursor.
        let mut seen = Vec::new();
        let mut path = "/v1/products?sort=name&limit=1".to_owned();
        loop {
            let page = bed.get(&path).await;
            seen.extend(names(&page, "results").iter().map(|name| (*name).to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/products?sort=name&limit=1&cursor={cursor}");
        }
        assert_eq!(seen, SORTED, "{}", bed.name);
        let down = bed.get("/v1/products?sort=-name").await;
        let mut turned = SORTED;
        turned.reverse();
        assert_eq!(names(&down, "results"), turned, "{}", bed.name);
        assert_eq!(names(&bed.get("/v1/categories").await, "results"), SORTED, "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_know_no_case_no_accents_and_no_order() {
    for bed in Bed::each() {
        make(&bed, "Crème brûlée", "Desserts").await;
        make(&bed, "Große STRASSE ﬁne №5", "Straßen").await;
        make(&bed, "ΣΊΣΥΦΟΣ", "Μύθοι").await;
        let check = async |query: &str, expected: &[&str]| {
            let page = bed.get(&format!("/v1/products?sort=oldest&q={query}")).await;
            assert_eq!(names(&page, "results"), expected, "{} {query}", bed.name);
        };
        check("creme", &["Crème brûlée"]).await;
        check("BRULEE+cr%C3%A8me", &["Crème brûlée"]).await;
        check("cre%CC%80me", &["Crème brûlée"]).await;
        check("strasse+grosse", &["Große STRASSE ﬁne №5"]).await;
        check("stra%C3%9Fe+FINE", &["Große STRASSE ﬁne №5"]).await;
        check("no5", &["Große STRASSE ﬁne №5"]).await;
        check("%CF%83%CE%B9%CF%83%CF%85%CF%86%CE%BF%CF%82", &["ΣΊΣΥΦΟΣ"]).await;
        check("1+d+c+b+des+p+cr+creme+desserts+p-1+brulee", &["Crème brûlée"]).await;
        let many: Vec<String> = (0..13).map(|n| format!("word{n:02}")).collect();
        let many = bed.call(&format!("GET /v1/products?q={}", many.join("+")), &[], "").await;
        assert_eq!(many.status, 400, "{}", many.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_have_something_to_see_and_no_space_around_it() {
    for bed in Bed::each() {
        let mut product = body("  Mug\u{a0}", 100);
        product["category"] = "\u{feff}Cups ".into();
        let made = bed.send("POST /v1/products", product, 201).await;
        assert_eq!((&made["name"], &made["category"]), (&json!("Mug"), &json!("Cups")), "{}", bed.name);
        let path = format!("/v1/products/{}", made["id"]);
        for unseen in
            ["", " ", "\u{200b}", "\u{200d}\u{2060}", "\u{3164}", "\u{2800}", "\u{ad}", "\u{7}", "\u{fe0f}"]
        {
            for field in ["name", "category"] {
                let mut product = body("Mug", 1);
                product[field] = unseen.into();
                bed.send("POST /v1/products", product.clone(), 400).await;
                bed.send(&format!("PUT {path}"), product, 400).await;
                bed.send(&format!("PATCH {path}"), json!({field: unseen}), 400).await;
            }
        }
        let same = bed.send(&format!("PATCH {path}"), json!({"name": " Mug "}), 200).await;
        assert_eq!(same["version"], 1, "{}: nothing has changed", bed.name);
        bed.send(&format!("PATCH {path}"), json!({"name": "❤\u{fe0f}"}), 200).await;
    }
}

/// A catalogue as the program before wrote it is folded when the database is brought up to date.
#[test]
fn products_from_before_are_found_and_sorted() {
    let folder = Folder::new();
    let mut beds = vec![Db::open(&folder.sqlite_url()).unwrap()];
    beds.extend(TestPostgres::start().map(|server| Db::open(&server.fresh_database()).unwrap()));
    for db in beds {
        db.migrate(&MIGRATIONS[..BEFORE]).unwrap();
        let insert = "INSERT INTO products (sku, name, category, price_minor, currency, attributes, track_stock, search, \
                      version, created_at, updated_at) VALUES ($1, $2, $3, 1, 'USD', '{}', 0, $4, 1, 1, 1)";
        // More than one transaction folds.
        for number in 0..450 {
            let name = if number == 0 { "Émile".to_owned() } else { format!("Thing {number:03}") };
            let (sku, search) = (format!("s{number}"), name.to_lowercase());
            db.write_blocking::<_, Error>(move |tx| tx.execute(insert, params![&sku, &name, "Été", &search]))
                .unwrap();
        }
        db.migrate(MIGRATIONS).unwrap();
        let list = |words: &[&str], sort: Sort| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            let listing = Listing { words, ..Listing::all(sort, 1_000) };
            let found = db.read_blocking::<_, Error>(move |tx| store::list(tx, &listing)).unwrap();
            found.into_iter().map(|product| product.name).collect::<Vec<_>>()
        };
        let sorted = list(&[], Sort::Name);
        assert_eq!((sorted.len(), sorted[0].as_str(), sorted[1].as_str()), (450, "Émile", "Thing 001"));
        assert_eq!(list(&["emile"], Sort::Oldest), ["Émile"]);
        assert_eq!(list(&["ete", "449"], Sort::Oldest), ["Thing 449"]);
        assert_eq!(db.read_blocking(crate::catalog::unfilled).unwrap(), 0);
        db.migrate(MIGRATIONS).unwrap();
    }
}
