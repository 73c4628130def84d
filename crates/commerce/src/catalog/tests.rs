//! The catalogue: its rules, and its routes.

mod bad_input;
mod currency;
mod exact;
mod folded;
mod pages;
mod prices;
mod restored;
mod routes;
mod rules;
mod strict;

use kassa_db::testing::{prepare_all, schema_of};
use serde_json::{Value, json};

use super::{price_change, store};
use crate::testing::Bed;

#[test]
fn statements_run_on_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, store::ALL).unwrap();
        prepare_all(&bed.db, price_change::store::ALL).unwrap();
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
