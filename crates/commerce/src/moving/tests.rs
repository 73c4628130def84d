//! Files that come in and go out, on both engines: the same shop again, each line once, and nothing of a line that is refused.

mod customers;
mod noted;
mod orders;
mod products;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use kassa_db::testing::prepare_all;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::http::admin_routes;
use super::store;
use crate::testing::Bed;

#[test]
fn every_statement_is_one_of_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, store::ALL).unwrap();
    }
}

/// Asks a route for admins.
pub(super) async fn ask(bed: &Bed, head: &str, body: Value, status: u16) -> Value {
    let (method, path) = head.split_once(' ').unwrap();
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    // Who it is counts where something is locked.
    let request = request.header("authorization", "Bearer an-admin-token-for-tests");
    let router = admin_routes(std::sync::Arc::clone(&bed.shop), None);
    let answer = router.oneshot(request.body(body).unwrap()).await.unwrap();
    let found = answer.status().as_u16();
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    assert_eq!(found, status, "{} {head}: {text}", bed.name);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A file's hash of one digit.
pub(super) fn file(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// Begins a file; the id of its batch.
pub(super) async fn begin(bed: &Bed, kind: &str, digit: char) -> String {
    let batch = ask(bed, "POST /v1/admin/imports", json!({"kind": kind, "file": file(digit)}), 200).await;
    batch["id"].as_str().unwrap().to_owned()
}

/// Items as the lines from 1 on.
pub(super) fn lines(items: &[Value]) -> Vec<Value> {
    (1..).zip(items).map(|(line, item)| json!({"line": line, "item": item})).collect()
}

/// Sends all items of a file at once.
pub(super) async fn send(bed: &Bed, batch: &str, items: &[Value]) -> Value {
    let body = json!({"from": 0, "to": items.len(), "lines": lines(items), "finished": true});
    ask(bed, &format!("POST /v1/admin/imports/{batch}"), body, 200).await
}

/// All that goes out.
pub(super) async fn export(bed: &Bed, kind: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), "0".to_owned());
    loop {
        let page = ask(bed, &format!("GET /v1/admin/exports/{kind}?cursor={cursor}"), Value::Null, 200).await;
        found.extend(page["results"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return found,
        }
    }
}
