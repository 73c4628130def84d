//! Slugs: made of names, chosen, moved, and found from where they were.

use serde_json::{Value, json};

use super::before::index_is_right;
use super::body;
use crate::testing::Bed;

async fn make(bed: &Bed, name: &str) -> Value {
    bed.send("POST /v1/products", body(name, 5), 201).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slug_is_made_of_the_name_and_is_nobody_elses() {
    for bed in Bed::each() {
        let first = make(&bed, "Crème brûlée").await;
        let second = make(&bed, "creme, BRULEE").await;
        let blank = make(&bed, "日本").await;
        assert_eq!(first["slug"], "creme-brulee", "{}", bed.name);
        assert_eq!(second["slug"], format!("creme-brulee-{}", second["id"]), "{}", bed.name);
        assert_eq!(blank["slug"], blank["id"].to_string(), "{}", bed.name);
        let mut chosen = body("Crème brûlée", 5);
        for (slug, status) in
            [("creme-brulee", 409), ("Creme", 400), ("a--b", 400), ("", 400), ("dessert", 201)]
        {
            chosen["slug"] = slug.into();
            bed.send("POST /v1/products", chosen.clone(), status).await;
        }
        let renamed =
            bed.send(&format!("PATCH /v1/products/{}", first["id"]), json!({"name": "Flan"}), 200).await;
        assert_eq!(renamed["slug"], "creme-brulee", "{}: a name may change, an address stays", bed.name);
        for path in ["slug:nope", "slug:Creme", "slug:", "slug:%00", "slug:flan"] {
            assert_eq!(bed.call(&format!("GET /v1/products/{path}"), &[], "").await.status, 404, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slug_that_was_leads_on() {
    for bed in Bed::each() {
        let (mug, cup) = (make(&bed, "Mug").await, make(&bed, "Cup").await);
        let (mug_path, cup_path) =
            (format!("/v1/products/{}", mug["id"]), format!("/v1/products/{}", cup["id"]));
        let moved = async |path: &str, slug: &str, status| {
            bed.send(&format!("PATCH {path}"), json!({"slug": slug}), status).await
        };
        assert_eq!(moved(&mug_path, "cup", 409).await["type"], "/errors/slug-taken", "{}", bed.name);
        assert_eq!(moved(&mug_path, "mug", 200).await["version"], 1, "{}: nothing has changed", bed.name);
        moved(&mug_path, "big-mug", 200).await;
        moved(&mug_path, "bigger-mug", 200).await;
        for slug in ["mug", "big-mug", "bigger-mug"] {
            let found = bed.get(&format!("/v1/products/slug:{slug}")).await;
            assert_eq!(
                (&found["id"], &found["slug"]),
                (&mug["id"], &json!("bigger-mug")),
                "{} {slug}",
                bed.name
            );
        }
        // A new product of the old name does not take the address over; whoever chooses it does.
        let other = make(&bed, "Mug").await;
        assert_eq!(other["slug"], format!("mug-{}", other["id"]), "{}", bed.name);
        moved(&cup_path, "mug", 200).await;
        assert_eq!(bed.get("/v1/products/slug:mug").await["id"], cup["id"], "{}", bed.name);
        // And back again.
        moved(&cup_path, "cup", 200).await;
        assert_eq!(bed.get("/v1/products/slug:mug").await["id"], cup["id"], "{}", bed.name);
        bed.send(&format!("DELETE {cup_path}"), json!({}), 204).await;
        assert_eq!(bed.call("GET /v1/products/slug:mug", &[], "").await.status, 404, "{}", bed.name);
        moved(&mug_path, "cup", 409).await;
        index_is_right(&bed.db);
    }
}

#[test]
fn two_that_are_made_at_once_have_two_slugs() {
    for bed in Bed::each() {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let db = bed.db.clone();
                std::thread::spawn(move || {
                    let price = kassa_model::Money { amount_minor: 1, currency: "EUR".parse().unwrap() };
                    let mut new = crate::catalog::NewProduct::plain("Mug", price);
                    new.category = Some("Cups".to_owned());
                    let now = kassa_model::Timestamp::from_micros(1);
                    db.write_blocking(move |tx| crate::catalog::create(tx, &new, now)).unwrap()
                })
            })
            .collect();
        let made: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let slugs: std::collections::BTreeSet<_> = made.iter().map(|product| product.slug.as_str()).collect();
        assert_eq!((slugs.len(), slugs.contains("mug")), (8, true), "{}: {slugs:?}", bed.name);
        let categories: std::collections::BTreeSet<_> =
            made.iter().map(|product| product.category_id).collect();
        assert_eq!(categories.len(), 1, "{}: {categories:?}", bed.name);
        index_is_right(&bed.db);
    }
}
