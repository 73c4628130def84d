//! What clients were answered, against the orders.

use serde_json::{Value, json};

use super::support::Books;
use crate::audit::{Answered, KeysSeen};
use crate::testing::Bed;

fn answered(line: Value) -> Answered {
    serde_json::from_value(line).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_its_order() {
    for bed in Bed::each() {
        let mut books = Books::open(bed).await;
        let made = books.one_of_each().await;
        let (good, failed) = (&made["confirmed"], &made["failed"]);
        // `Books` numbers its keys: three receipts, then the orders.
        let cases = [
            (json!({"key": "k4", "status": 201, "order_id": good}), true),
            (json!({"key": "k4", "status": 201}), true),
            (json!({"key": "k4", "status": 201, "body": {"id": good}}), true),
            (
                json!({"key": "k4", "status": 201, "body": format!("{{\"order\":{{\"id\":\"{good}\"}}}}")}),
                true,
            ),
            (json!({"key": "other", "status": 200, "order_id": "1"}), true),
            (json!({"key": "other", "status": 422, "body": {"order_id": failed}}), true),
            (json!({"key": "other", "status": 0}), true),
            (json!({"key": "other", "status": 503}), true),
            (json!({"key": "other", "status": 422}), true),
            (json!({"key": "other", "status": 201}), false),
            (
                json!({"key": "other", "status": 202, "order_id": "01ffffff-0000-7000-8000-000000000000"}),
                false,
            ),
            (json!({"key": "other", "status": 201, "order_id": failed}), false),
            (json!({"key": "other", "status": 422, "order_id": good}), false),
            (json!({"key": "k4", "status": 201, "order_id": made["edited"]}), false),
        ];
        for (line, clean) in cases {
            let audit = books.audit_over(super::support::Reports::default());
            let part = audit.answers(vec![answered(line.clone())]).await.unwrap();
            assert_eq!(part.ok, clean, "{}: {line}: {part:?}", books.bed.name);
        }
    }
}

#[test]
fn a_key_has_one_order() {
    let mut keys = KeysSeen::default();
    let mut agrees = |line| keys.agrees(&answered(line));
    assert!(agrees(json!({"key": "a", "status": 0})));
    assert!(agrees(json!({"key": "a", "status": 202, "order_id": "x"})));
    assert!(agrees(json!({"key": "b", "status": 201, "order_id": "y"})));
    assert!(agrees(json!({"key": "a", "status": 201, "body": {"id": "x"}})));
    assert!(!agrees(json!({"key": "a", "status": 201, "order_id": "z"})));
}
