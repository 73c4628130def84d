//! What is said of the shop, over HTTP; and the addresses of its pages.

use kassa_db::testing::prepare_all;
use serde_json::{Value, json};

use super::addresses::store::{self as addresses, after, parts};
use super::settings::Settings;
use crate::ShopOptions;
use crate::settings;
use crate::testing::Bed;

#[test]
fn statements_run_on_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, settings::store::ALL).unwrap();
        prepare_all(&bed.db, addresses::ALL).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn is_set_over_the_defaults_and_read_again() {
    for bed in Bed::each() {
        let defaults = Settings {
            name: Some("Corner Goods".to_owned()),
            claim: Some("Things".to_owned()),
            ..Settings::default()
        };
        let bed = bed.with(ShopOptions { storefront: defaults, ..ShopOptions::default() });
        let first = bed.get("/v1/storefront").await;
        let expected = json!({"name": "Corner Goods", "logo": null, "colour": null, "claim": "Things", "announcement": null, "currency": "USD",
            "languages": ["en", "de", "ar"], "imprint": null, "terms": null, "version": 0});
        assert_eq!(first, expected, "{}", bed.name);
        let body = json!({"name": " Shop <b> ", "colour": "#8A3B12", "claim": "", "languages": ["de"], "imprint": "a\r\n\r\nb"});
        let set = bed.call("PUT /v1/storefront", &[], body.to_string()).await;
        assert_eq!(set.status, 200, "{}", set.text);
        let expected = json!({"name": "Shop <b>", "logo": null, "colour": "#8a3b12", "claim": "", "announcement": null, "currency": "USD",
            "languages": ["de"], "imprint": "a\n\nb", "terms": null, "version": 1});
        assert_eq!(
            (set.json(), bed.get("/v1/storefront").await),
            (expected.clone(), expected),
            "{}",
            bed.name
        );
        let read = bed.call("GET /v1/storefront", &[], "").await;
        assert_eq!(read.header("etag"), set.header("etag"));
        let of_admin = bed.call("GET /v1/admin/storefront", &[], "").await;
        let both = of_admin.json();
        assert_eq!((of_admin.header("etag"), &both["version"]), (read.header("etag"), &json!(1)));
        let names = (&both["set"]["name"], &both["defaults"]["name"], &both["set"]["logo"]);
        assert_eq!(names, (&json!("Shop <b>"), &json!("Corner Goods"), &json!(null)), "{}", bed.name);
        let known = format!("if-none-match: {}", read.header("etag"));
        assert_eq!(bed.call("GET /v1/storefront", &[&known], "").await.status, 304);
        let back = bed.send("PUT /v1/storefront", json!({}), 200).await;
        assert_eq!((&back["name"], &back["version"]), (&json!("Corner Goods"), &json!(2)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_for_the_version_that_was_read_and_made_once() {
    for bed in Bed::each() {
        let etag = bed.call("GET /v1/storefront", &[], "").await.header("etag").to_owned();
        let put = async |headers: &[&str], name: &str| {
            bed.call("PUT /v1/storefront", headers, json!({"name": name}).to_string()).await
        };
        let header = format!("if-match: {etag}");
        assert_eq!(put(&[&header], "One").await.status, 200);
        let refused = put(&[&header], "Two").await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (412, "precondition-failed"),
            "{}",
            bed.name
        );
        assert_eq!(bed.get("/v1/storefront").await["name"], "One");
        let first = put(&["idempotency-key: k"], "Three").await;
        assert_eq!((first.status, put(&[], "Four").await.status), (200, 200));
        let again = put(&["idempotency-key: k"], "Three").await;
        assert_eq!((again.text, again.status), (first.text, 200));
        assert_eq!(bed.get("/v1/storefront").await["name"], "Four", "{}", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_shown_is_refused() {
    let bed = Bed::sqlite();
    let check = async |body: Value, said: &str| {
        let reply = bed.call("PUT /v1/storefront", &[], body.to_string()).await;
        assert!(reply.status == 400 && reply.text.contains(said), "{body}: {}", reply.text);
    };
    check(json!({"nam": "x"}), "nam").await;
    check(json!({"currency": "EUR"}), "currency").await;
    check(json!({"name": ""}), "name must not be blank").await;
    check(json!({"languages": ["fr"]}), "languages must be").await;
    check(json!({"colour": "red"}), "colour must be").await;
    check(json!(["x"]), "object").await;
    assert_eq!(bed.get("/v1/storefront").await["version"], 0);
    let closed = Bed::sqlite().closed();
    assert_eq!(closed.call("GET /v1/storefront", &[], "").await.status, 200);
    assert_eq!(closed.call("PUT /v1/storefront", &[], "{}").await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_have_addresses_part_by_part() {
    for bed in Bed::each() {
        for number in 1..=5 {
            let body = json!({"name": format!("Mug {number}"), "price": {"amount_minor": 1}});
            bed.send("POST /v1/products", body, 201).await;
        }
        bed.send(
            "POST /v1/products",
            json!({"name": "Draft", "price": {"amount_minor": 1}, "status": "draft"}),
            201,
        )
        .await;
        let found = bed.write(|tx| {
            let starts = parts(tx, 2, 10)?;
            let mut slugs = Vec::new();
            for start in &starts {
                slugs.push(after(tx, *start, 2)?.into_iter().map(|one| one.slug).collect::<Vec<_>>());
            }
            Ok((starts.len(), parts(tx, 5, 10)?, parts(tx, 2, 2)?.len(), slugs))
        });
        let slugs = [vec!["mug-1", "mug-2"], vec!["mug-3", "mug-4"], vec!["mug-5"]];
        assert_eq!(found.0, 3, "{}", bed.name);
        assert_eq!((found.1, found.2), (vec![0], 2), "{}", bed.name);
        assert_eq!(found.3, slugs, "{}", bed.name);
    }
}
