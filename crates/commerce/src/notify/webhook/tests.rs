//! Endpoints on both engines, and requests to targets that misbehave.

mod client;
mod documented;
mod guarded;
mod health;
mod routes;
mod tls;

use kassa_db::testing::prepare_all;

use super::store;
use crate::testing::Bed;

#[test]
fn statements_run_on_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, store::ALL).unwrap();
    }
}
