//! Attributes are given back as they were sent, digit for digit.

use serde_json::json;

use crate::testing::Bed;

const LONG: &str = r#"{"ean":12345678901234567890123,"pi":3.14159265358979323846264338,"size":1.50}"#;

fn with(attributes: &str) -> String {
    format!(r#"{{"name":"Mug","price":{{"amount_minor":1}},"attributes":{attributes}}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_keep_their_digits() {
    for bed in Bed::each() {
        let key = ["idempotency-key: k"];
        let made = bed.call("POST /v1/products", &key, with(LONG)).await;
        assert!(made.status == 201 && made.text.contains(LONG), "{}: {}", bed.name, made.text);
        let path = made.header("location").to_owned();
        for path in [path.as_str(), "/v1/products"] {
            let read = bed.call(&format!("GET {path}"), &[], "").await;
            assert!(read.text.contains(LONG), "{}: {}", bed.name, read.text);
        }
        // The same object in another spelling is the same request.
        let spelt =
            r#" { "size": 1.50, "pi": 3.14159265358979323846264338, "ean": 12345678901234567890123 } "#;
        let again = bed.call("POST /v1/products", &key, with(spelt)).await;
        assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"), "{}", again.text);
        let other = LONG.replace("123,", "124,");
        let reused = bed.call("POST /v1/products", &key, with(&other)).await;
        assert_eq!(reused.problem(), "idempotency-key-reused", "{}: another last digit", bed.name);
        let changed = bed.call(&format!("PATCH {path}"), &[], format!(r#"{{"attributes":{other}}}"#)).await;
        assert!(changed.status == 200 && changed.text.contains(&other), "{}: {}", bed.name, changed.text);
        let emptied = bed.send(&format!("PATCH {path}"), json!({"attributes": null}), 200).await;
        assert_eq!(emptied["attributes"], json!({}), "{}: null empties", bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_stands_there_once() {
    for bed in Bed::each() {
        let made = bed.call("POST /v1/products", &[], with("{}")).await;
        let path = made.header("location").to_owned();
        for attributes in [r#"{"a":1,"a":2}"#, r#"{"a":{"b":[{"c":1,"c":1}]}}"#, r#"{"a":1,"\u0061":1}"#] {
            for head in ["POST /v1/products", &format!("PUT {path}"), &format!("PATCH {path}")] {
                let refused = bed.call(head, &[], with(attributes)).await;
                assert_eq!(refused.status, 400, "{} {head} {attributes}", bed.name);
                assert!(refused.text.contains("twice"), "{}", refused.text);
            }
        }
    }
}
