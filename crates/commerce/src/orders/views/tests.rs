//! Views over HTTP, on both databases.

use std::sync::Arc;

use kassa_db::testing::prepare_all;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::store;
use crate::privacy::Found;
use crate::testing::Bed;

const FIRST: &str = "0190a000-0000-7000-8000-000000000001";
const ADMIN: &str = "authorization: Bearer an-admin-token-for-tests";

#[test]
fn every_statement_is_one_of_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, store::ALL).unwrap();
    }
}

async fn names(bed: &Bed) -> Vec<Value> {
    let page = bed.get("/v1/order-views").await;
    page["results"].as_array().unwrap().iter().map(|view| view["name"].clone()).collect()
}

#[tokio::test]
async fn views_are_made_changed_and_removed() {
    for bed in Bed::each() {
        let path = format!("/v1/order-views/{FIRST}");
        let body = json!({"name": "To pack", "query": "status=confirmed&q=a%20b"});
        let made = bed.send(&format!("PUT {path}"), body.clone(), 200).await;
        assert_eq!(
            (&made["id"], &made["query"], &made["shared"]),
            (&json!(FIRST), &body["query"], &json!(false))
        );
        bed.send(&format!("PUT {path}"), json!({"name": "Packing", "query": "", "shared": true}), 200).await;
        let other = "PUT /v1/order-views/0190a000-0000-7000-8000-000000000002";
        bed.send(other, json!({"name": "A first", "query": ""}), 200).await;
        assert_eq!(names(&bed).await, ["A first", "Packing"], "{}", bed.name);
        assert_eq!(bed.call(&format!("DELETE {path}"), &[], "").await.status, 204, "{}", bed.name);
        assert_eq!(bed.call(&format!("DELETE {path}"), &[], "").await.status, 404, "{}", bed.name);
        for bad in
            [json!({"name": " ", "query": ""}), json!({"name": "a\u{7}", "query": ""}), json!({"name": "a"})]
        {
            assert_eq!(bed.call(&format!("PUT {path}"), &[], bad.to_string()).await.status, 400, "{bad}");
        }
        for id in ["7", "00000000-0000-0000-0000-000000000000"] {
            for (method, body) in [("PUT", r#"{"name":"a","query":""}"#), ("DELETE", "")] {
                let at = format!("{method} /v1/order-views/{id}");
                assert_eq!(bed.call(&at, &[], body).await.status, 404, "{at}");
            }
        }
    }
}

#[tokio::test]
async fn views_that_look_for_an_erased_person_leave() {
    for bed in Bed::each() {
        let queries = ["q=ann%40shop.test", "status=paid&q=Ann+Lee", "q=bob%40shop.test", "status=confirmed"];
        for (number, query) in queries.iter().enumerate() {
            let path = format!("PUT /v1/order-views/0190a000-0000-7000-8000-00000000000{number}");
            let body = json!({"name": format!("{number}"), "query": query, "shared": number % 2 == 0});
            bed.send(&path, body, 200).await;
        }
        let ann = Found {
            emails: ["ann@shop.test".to_owned()].into(),
            names: ["ann lee".to_owned()].into(),
            ..Found::default()
        };
        assert_eq!(bed.write(move |tx| super::forget(tx, &ann)), 2, "{}", bed.name);
        assert_eq!(names(&bed).await, ["2", "3"], "{}", bed.name);
    }
}

#[tokio::test]
async fn what_is_ones_own_nobody_else_sees_or_changes() {
    for bed in Bed::each() {
        let mine = json!({"name": "Mine", "query": ""});
        bed.send(&format!("PUT /v1/order-views/{FIRST}"), mine.clone(), 200).await;
        let bed = bed.closed();
        let admin = async |head: &str, body: &str| bed.call(head, &[ADMIN], body.to_owned()).await;
        let list = admin("GET /v1/order-views", "").await.json();
        assert_eq!(list["results"], json!([]), "{}", bed.name);
        let path = format!("/v1/order-views/{FIRST}");
        assert_eq!(admin(&format!("PUT {path}"), &mine.to_string()).await.status, 404, "{}", bed.name);
        assert_eq!(admin(&format!("DELETE {path}"), "").await.status, 404, "{}", bed.name);
        for number in 0..100 {
            let path = format!("PUT /v1/order-views/0190a000-0000-7000-8000-0000000001{number:02}");
            assert_eq!(admin(&path, r#"{"name":"v","query":""}"#).await.status, 200, "{}", bed.name);
        }
        let one_more = "PUT /v1/order-views/0190a000-0000-7000-8000-000000000999";
        assert_eq!(admin(one_more, r#"{"name":"v","query":""}"#).await.status, 409, "{}", bed.name);
        assert_eq!(
            admin(one_more, r#"{"name":"v","query":"","shared":true}"#).await.status,
            200,
            "{}",
            bed.name
        );
        let changes = admin("GET /v1/admin/changes?limit=1", "").await.json();
        assert_eq!(changes["results"], json!([]), "{}: a view changes nothing of the shop", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_is_for_the_version_that_was_read() {
    for bed in Bed::each() {
        let bed = Arc::new(bed);
        let path = format!("/v1/order-views/{FIRST}");
        let put = async |headers: &[&str], name: &str| {
            let body = json!({"name": name, "query": "", "shared": true}).to_string();
            bed.call(&format!("PUT {path}"), headers, body).await
        };
        let made = put(&[], "Ours").await;
        assert_eq!((made.status, made.header("etag"), &made.json()["version"]), (200, "\"1\"", &json!(1)));
        let first = put(&["if-match: \"1\""], "First").await;
        assert_eq!((first.status, first.header("etag")), (200, "\"2\""), "{}: {}", bed.name, first.text);
        let late = put(&["if-match: \"1\""], "Late").await;
        assert_eq!((late.status, late.problem().as_str()), (412, "precondition-failed"), "{}", bed.name);
        assert_eq!(
            (names(&bed).await, put(&[], "Last").await.header("etag")),
            (vec![json!("First")], "\"3\"")
        );
        assert_eq!(bed.get("/v1/order-views").await["results"][0]["version"], 3, "{}", bed.name);
        let mut running = JoinSet::new();
        for number in 0..6 {
            let (bed, head) = (Arc::clone(&bed), format!("PUT {path}"));
            let body = json!({"name": format!("{number}"), "query": ""}).to_string();
            running.spawn(async move { bed.call(&head, &["if-match: \"3\""], body).await.status });
        }
        let mut statuses = running.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412], "{}", bed.name);
        let delete = format!("DELETE {path}");
        assert_eq!(bed.call(&delete, &["if-match: \"3\""], "").await.status, 412, "{}", bed.name);
        assert_eq!(bed.call(&delete, &["if-match: \"4\""], "").await.status, 204, "{}", bed.name);
        // Whoever has seen it is told that it is no more; whoever has not makes it anew.
        for head in [&delete, &format!("PUT {path}")] {
            let body = if head.starts_with("PUT") { r#"{"name":"a","query":""}"# } else { "" };
            let gone = bed.call(head, &["if-match: \"4\""], body).await;
            assert_eq!((gone.status, gone.problem().as_str()), (412, "precondition-failed"), "{head}");
        }
        assert_eq!(put(&[], "Anew").await.header("etag"), "\"1\"", "{}", bed.name);
    }
}
