//! Bodies and parameters that are none.

use super::admin;
use crate::testing::beds;

#[tokio::test]
async fn bad_input_is_a_clear_4xx() {
    for bed in beds() {
        let process = bed.process();
        let long = "x".repeat(300);
        for (line, body, status) in [
            ("POST /v1/admin/keys", "", 400),
            ("POST /v1/admin/keys", "{", 400),
            ("POST /v1/admin/keys", "[]", 400),
            ("POST /v1/admin/keys", r#"{"name":"a"}"#, 400),
            ("POST /v1/admin/keys", r#"{"name":"","scopes":["read"]}"#, 400),
            ("POST /v1/admin/keys", r#"{"name":7,"scopes":["read"]}"#, 400),
            ("POST /v1/admin/keys", r#"{"name":"a\u0000","scopes":["read"]}"#, 400),
            ("POST /v1/admin/keys", &format!(r#"{{"name":"{long}","scopes":["read"]}}"#), 400),
            ("POST /v1/admin/keys", r#"{"name":"a","scopes":[]}"#, 400),
            ("POST /v1/admin/keys", r#"{"name":"a","scopes":["write"]}"#, 400),
            ("POST /v1/admin/keys", r#"{"name":"a","scopes":"read"}"#, 400),
            ("POST /v1/admin/keys", r#"{"name":"a","scopes":["read"],"admin":true}"#, 400),
            ("POST /v1/admin/keys", r#"{"name":"a","scopes":["read"],"site":"nope"}"#, 404),
            ("POST /v1/admin/keys", r#"{"name":"a","scopes":["admin"],"site":"default"}"#, 400),
            ("PUT /v1/admin/keys", "{}", 405),
            ("DELETE /v1/admin/keys/nope", "", 404),
            ("DELETE /v1/admin/keys/%00", "", 404),
            ("DELETE /v1/admin/keys/%FF", "", 400),
            ("POST /v1/admin/sites", r#"{"id":""}"#, 400),
            ("POST /v1/admin/sites", &format!(r#"{{"id":"{long}"}}"#), 400),
            ("POST /v1/admin/sites", r#"{"id":"a\u0000b"}"#, 400),
            ("POST /v1/admin/sites", r#"{"id":"a","timezone":"Mars/Olympus"}"#, 400),
            ("POST /v1/admin/sites", r#"{"id":"a","origins":["shop.example"]}"#, 400),
            ("POST /v1/admin/sites", r#"{"id":"a","origins":["https://shop.example/x"]}"#, 400),
            ("POST /v1/admin/sites", r#"{"id":"a","origins":["https://"]}"#, 400),
            ("POST /v1/admin/sites", r#"{"id":"a","labels":{"office":"x"}}"#, 400),
            ("POST /v1/admin/sites", r#"{"id":"a","exclude_addresses":["10.0.0.0/33"]}"#, 400),
            ("POST /v1/admin/sites", r#"{"id":"a","trailing_slash":"cut"}"#, 400),
            ("POST /v1/admin/sites", r#"{"id":"a","keep_query":["a b"]}"#, 400),
            ("POST /v1/admin/sites", r#"{"timezone":"UTC"}"#, 400),
            ("POST /v1/admin/sites", r#"{"id":"a","version":1}"#, 400),
            ("PUT /v1/admin/sites/nope", "{}", 404),
            ("PUT /v1/admin/sites/default", r#"{"keep_days":36501}"#, 400),
            ("PUT /v1/admin/sites/default", r#"{"id":"other"}"#, 400),
            ("PUT /v1/admin/sites/default", r#"{"version":"1"}"#, 400),
            ("POST /v1/admin/sites/nope/keys", "", 404),
            ("DELETE /v1/admin/sites/nope/keys/wk", "", 404),
            ("DELETE /v1/admin/sites/default/keys/%00", "", 404),
            ("POST /v1/session", "", 400),
            ("POST /v1/session", "{}", 400),
            ("POST /v1/session", r#"{"token":null}"#, 400),
            ("POST /v1/session", r#"{"token":["a"]}"#, 400),
            ("PATCH /v1/session", "{}", 405),
        ] {
            let answer = admin(&process, line, body).await;
            assert_eq!(answer.status, status, "{}: {line} {body}: {answer:?}", bed.name);
            assert!(answer.body["type"].is_string(), "{line} {body}: {answer:?}");
        }
        assert!(process.access.now().api_keys.is_empty() && process.access.sites().len() == 1);
    }
}
