//! Bad input on every route: a 4xx in the dialect's words, never a 5xx, and nothing has changed.

use super::support::Bed;

const WITH_BODY: [&str; 8] = [
    "POST /games/add",
    "PUT /games/edit",
    "POST /orders/add",
    "PUT /orders/edit/1",
    "POST /api/products",
    "POST /api/orders",
    "POST /api/inventory/deduct",
    "POST /api/admin/chaos",
];
const WITH_NAME: [&str; 7] = [
    "GET /games/",
    "DELETE /games/delete/",
    "PUT /orders/edit/",
    "DELETE /orders/delete/",
    "GET /api/orders/",
    "GET /api/inventory/",
    "GET /v1/orders/",
];

/// Bodies that nobody should send.
fn bodies() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "",
        " ",
        "{",
        "}",
        "[]",
        "[1]",
        "null",
        "true",
        "7",
        "\"text\"",
        "{]",
        "{\"a\":1}}",
        "NaN",
        "{'a':1}",
        r#"["a","b"]"#,
        r#"[["name","x"]]"#,
        r#"{"name":"a","name":"b","price":1}"#,
        r#"{"items":[],"items":[]}"#,
        r#"{"item_id":"a","item_id":"b","quantity":1}"#,
        r#"{"latency":1}"#,
        r#"{"crash_rate":"x"}"#,
        r#"{"crash_rate":1e999}"#,
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    let deep = |open: &str, close: &str| [open.repeat(10_000), close.repeat(10_000)].concat();
    bodies.push(deep("[", "]").into_bytes());
    bodies.push(format!(r#"{{"name":{}}}"#, deep("[", "]")).into_bytes());
    bodies.push(format!(r#"{{"items":{}}}"#, deep("{\"a\":", "}").replacen('}', "1}", 1)).into_bytes());
    bodies.push(b"{\"name\":\"\xff\xfe\",\"price\":1}".to_vec());
    bodies.push(b"{\"item_id\":\"\xc0\x80\",\"quantity\":1}".to_vec());
    bodies.push(b"\x1f\x8b\x08\x00\x00".to_vec());
    bodies.push(vec![0; 1_000]);
    let values = [
        "null",
        "true",
        "-1",
        "0",
        "1.5",
        "1e400",
        "-0",
        "9223372036854775808",
        "\"\"",
        "\"\\u0000\"",
        "[]",
        "{}",
        "\"\\ud800\"",
        "[null]",
        "[[]]",
        "[{}]",
        "18446744073709551616",
    ];
    let fields = [
        "id",
        "name",
        "price",
        "category",
        "releaseDate",
        "customerName",
        "items",
        "item_id",
        "quantity",
        "order_id",
        "latency_ms",
        "crash_rate",
    ];
    for field in fields {
        for value in values {
            bodies.push(format!(r#"{{"{field}":{value}}}"#).into_bytes());
        }
        let long = "x".repeat(1 << 20);
        bodies.push(format!(r#"{{"{field}":"{long}"}}"#).into_bytes());
    }
    for value in values {
        bodies.push(format!(r#"{{"items":[{{"gameId":{value},"quantity":{value}}}]}}"#).into_bytes());
        bodies.push(format!(r#"{{"item_id":"ps5","quantity":{value}}}"#).into_bytes());
        bodies.push(format!(r#"{{"name":"x","price":{value},"category":{value}}}"#).into_bytes());
    }
    let many: Vec<String> = (0..5_000).map(|id| format!(r#"{{"gameId":{id},"quantity":1}}"#)).collect();
    bodies.push(format!(r#"{{"items":[{}]}}"#, many.join(",")).into_bytes());
    bodies
}

#[tokio::test]
async fn bodies_are_refused_in_the_dialects_words() {
    let bed = Bed::with_chaos();
    bed.stock("ps5", 49_900, 5);
    let bodies = bodies();
    let mut refused = 0;
    for head in WITH_BODY {
        for body in &bodies {
            let reply = bed.call(head, &["idempotency-key: k"], body.clone()).await;
            let shown: String = String::from_utf8_lossy(body).chars().take(80).collect();
            assert!(reply.status < 500, "{head} {shown}: {} {}", reply.status, reply.text);
            if reply.status < 400 {
                // Only what is a legal request after all: an absent field, a null, a price of 0.
                let legal = head.contains("/admin/chaos") || shown.contains("\"name\":\"x\"");
                assert!(legal, "{head} {shown}: {} {}", reply.status, reply.text);
                continue;
            }
            refused += 1;
            assert!(reply.json()["error"].is_string(), "{head} {shown}: {}", reply.text);
        }
        bed.call("DELETE /api/admin/chaos", &[], "").await;
    }
    println!("{refused} bad bodies refused on {} routes", WITH_BODY.len());
    assert_eq!(bed.on_hand("ps5"), 5);
    assert_eq!(bed.call("GET /orders/all", &[], "").await.text, "[]");
}

#[tokio::test]
async fn names_that_name_nothing_are_404() {
    let bed = Bed::sqlite();
    let long = "9".repeat(5_000);
    let names = ["0", "-1", "1.5", "x", "%00", "%FF", "%2e%2e", "0x1", "99999999999999999999", &long];
    for head in WITH_NAME {
        for name in names {
            let body = r#"{"items":[{"gameId":1,"quantity":1}]}"#;
            let reply = bed.call(&format!("{head}{name}"), &[], body).await;
            assert!([400, 404].contains(&reply.status), "{head}{name}: {} {}", reply.status, reply.text);
        }
    }
}

#[tokio::test]
async fn other_methods_and_media_types_are_refused() {
    let bed = Bed::sqlite();
    for head in WITH_BODY {
        let (_, path) = head.split_once(' ').unwrap();
        let patched = bed.call(&format!("PATCH {path}"), &[], "{}").await;
        assert_eq!(patched.status, 405, "{path}");
        assert!(patched.headers.contains_key("allow"), "{path}");
        let options = bed.call(&format!("OPTIONS {path}"), &[], "").await;
        assert_eq!(options.status, 204, "{path}");
    }
}
