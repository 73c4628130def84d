//! A file that somebody has brought in, or taken back, is a change.

use serde_json::{Value, json};

use super::{ask, file, lines};
use crate::testing::Bed;

const ADMIN: &str = "authorization: Bearer an-admin-token-for-tests";

/// More than are taken back at once.
const PEOPLE: usize = 201;

async fn changes(bed: &Bed) -> Vec<Value> {
    let listed = bed.call("GET /v1/admin/changes?path=/v1/admin/imports", &[ADMIN], "").await;
    assert_eq!(listed.status, 200, "{}", listed.text);
    listed.json()["results"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_file_is_a_change_when_it_is_whole_and_when_it_is_taken_back() {
    for bed in Bed::each() {
        let bed = bed.closed();
        let new = json!({"kind": "customers", "file": file('a'), "name": "people.csv"});
        let batch = ask(&bed, "POST /v1/admin/imports", new, 200).await;
        let path = format!("/v1/admin/imports/{}", batch["id"].as_str().unwrap());
        let mut people: Vec<Value> =
            (0..PEOPLE).map(|number| json!({"email": format!("ann-{number}@shop.test")})).collect();
        people.push(json!({"email": "nobody"}));
        let all = lines(&people);
        let part = json!({"from": 0, "to": 1, "lines": all[..1]});
        ask(&bed, &format!("POST {path}"), part, 200).await;
        assert_eq!(changes(&bed).await, Vec::<Value>::new(), "{}: it has begun", bed.name);
        let rest = json!({"from": 1, "to": all.len(), "lines": all[1..], "finished": true});
        for _ in 0..2 {
            ask(&bed, &format!("POST {path}"), rest.clone(), 200).await;
        }
        let found = changes(&bed).await;
        let told = json!({"kind": "customers", "name": "people.csv", "file": file('a'),
            "lines": {"made": PEOPLE, "changed": 0, "same": 0, "refused": 1}});
        assert_eq!(found.len(), 1, "{}: {found:?}", bed.name);
        assert_eq!((&found[0]["path"], &found[0]["name"]), (&json!(path), &json!("admin")));
        assert_eq!((&found[0]["before"], &found[0]["after"]), (&Value::Null, &told), "{}", bed.name);

        let undo = format!("POST {path}/undo");
        assert_eq!(ask(&bed, &undo, Value::Null, 200).await["finished"], json!(false));
        assert_eq!(changes(&bed).await.len(), 1, "{}: some of it is still there", bed.name);
        for _ in 0..2 {
            assert_eq!(ask(&bed, &undo, Value::Null, 200).await["finished"], json!(true));
        }
        let found = changes(&bed).await;
        assert_eq!(found.len(), 2, "{}: {found:?}", bed.name);
        assert_eq!((&found[0]["before"], &found[0]["after"]), (&told, &Value::Null), "{}", bed.name);
        assert!(!format!("{found:?}").contains("@shop.test"), "nothing of a person: {found:?}");
    }
}

#[tokio::test]
async fn where_nothing_is_locked_nobody_is_known_who_brought_it_in() {
    let bed = Bed::sqlite();
    let new = json!({"kind": "customers", "file": file('b')});
    let batch = ask(&bed, "POST /v1/admin/imports", new, 200).await;
    let all = json!({"from": 0, "to": 0, "lines": [], "finished": true});
    ask(&bed, &format!("POST /v1/admin/imports/{}", batch["id"].as_str().unwrap()), all, 200).await;
    assert_eq!(changes(&bed).await, Vec::<Value>::new());
}
