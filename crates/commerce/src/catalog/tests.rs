//! The catalogue: its rules, and its routes.

mod at_once;
mod bad_input;
mod before;
mod categories;
mod currency;
mod exact;
mod folded;
mod images;
mod notify;
mod pages;
mod prices;
mod restored;
mod routes;
mod rules;
mod search_words;
mod slugs;
mod strict;
mod variants;

use kassa_db::testing::{prepare_all, schema_of};
use serde_json::{Value, json};

use super::{
    best, category, filling, image, listing, notify as waiting, price_change, search, store, variant, words,
};
use crate::testing::Bed;

#[test]
fn statements_run_on_both_engines() {
    for bed in Bed::each() {
        for statements in [
            store::ALL,
            listing::store::ALL,
            variant::store::ALL,
            image::store::ALL,
            crate::assets::store::ALL,
            category::store::ALL,
            words::store::ALL,
            filling::store::ALL,
            search::store::ALL,
            best::store::ALL,
            waiting::store::ALL,
            price_change::store::ALL,
        ] {
            prepare_all(&bed.db, statements).unwrap();
        }
    }
}

#[test]
fn both_engines_have_the_same_schema() {
    let schemas: Vec<String> = Bed::each().iter().map(|bed| schema_of(&bed.db).unwrap()).collect();
    assert!(schemas[0].contains("products") && schemas[0].contains("ledger"), "{}", schemas[0]);
    for schema in &schemas {
        assert_eq!(schema, &schemas[0]);
    }
}

/// A body of `POST /v1/products`.
fn body(name: &str, amount_minor: i64) -> Value {
    json!({"name": name, "price": {"amount_minor": amount_minor, "currency": "USD"}})
}

/// The product as a list shows it.
fn row(product: &Value) -> Value {
    let mut row = product.clone();
    row.as_object_mut().unwrap().remove("variants");
    row
}
