//! Keys over HTTP: shown once, known to every process, and a way to log in.

use serde_json::json;

use super::{admin, log_in};
use crate::testing::{Process, bearer, beds, noon, send, until};

#[tokio::test]
async fn a_key_is_shown_once_works_at_once_and_is_revoked_at_once() {
    for bed in beds() {
        let process = bed.process();
        let body = r#"{"name":"till","scopes":["orders","read"],"site":"default"}"#;
        let made = admin(&process, "POST /v1/admin/keys", body).await;
        assert_eq!(made.status, 201, "{}: {made:?}", bed.name);
        assert_eq!(made.headers["cache-control"], "no-store");
        let key = made.body["key"].as_str().unwrap().to_owned();
        assert!(key.starts_with("ks_live_") && key.len() == 8 + 64, "{key}");
        let id = made.body["id"].as_str().unwrap().to_owned();

        let whoami = async |key: &str| {
            send(&process.router, "GET /v1/session", &[("authorization", &bearer(key))], "").await
        };
        let me = whoami(&key).await;
        assert_eq!((me.status, me.body["scopes"].clone()), (200, json!(["read", "orders"])));
        let list = admin(&process, "GET /v1/admin/keys", "").await;
        let shown = &list.body["results"][0];
        assert_eq!((shown["name"].clone(), shown["prefix"].clone()), (json!("till"), json!(&key[..14])));
        assert_eq!(shown["last_used_at"], json!(noon().to_string()));
        assert_eq!(shown["source"], json!("created"));
        assert!(!list.body.to_string().contains(&key), "never again");

        let line = format!("DELETE /v1/admin/keys/{id}");
        assert_eq!(admin(&process, &line, "").await.status, 204);
        assert_eq!(whoami(&key).await.status, 401);
        assert_eq!(admin(&process, &line, "").await.status, 404);
        assert_eq!(admin(&process, "GET /v1/admin/keys", "").await.body, json!({"results": []}));
    }
}

#[tokio::test]
async fn another_process_learns_of_keys_sites_and_sessions_and_of_their_end() {
    for bed in beds() {
        let (one, other) = (bed.process(), bed.process());
        let made = admin(&one, "POST /v1/admin/keys", r#"{"name":"a","scopes":["read"]}"#).await;
        let key = bearer(made.body["key"].as_str().unwrap());
        let session = send(&one.router, "POST /v1/session", &[], &log_in()).await.cookie();
        admin(&one, "POST /v1/admin/sites", r#"{"id":"blog"}"#).await;
        let authorized = |name: &'static str, value: &str| {
            let mut headers = axum::http::HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            other.access.authorize(&headers, kassa_service::RouteClass::Native).is_ok()
        };
        // A caller who is not known makes the other process look.
        until("the key is known", || authorized("authorization", &key)).await;
        until("the session is known", || authorized("cookie", &session)).await;
        assert!(other.access.site("blog").is_some());
        assert_eq!(
            send(
                &one.router,
                "DELETE /v1/session",
                &[("cookie", &session), ("origin", "http://shop.example")],
                ""
            )
            .await
            .status,
            204
        );
        admin(&one, &format!("DELETE /v1/admin/keys/{}", made.body["id"].as_str().unwrap()), "").await;
        until("the key is revoked", || !authorized("authorization", &key)).await;
        until("the session has ended", || !authorized("cookie", &session)).await;
    }
}

/// People are keys: one logs in with hers, may do what it may, and is out when it is revoked.
#[tokio::test]
async fn a_key_opens_a_session_of_its_own_name_and_scopes() {
    for bed in beds() {
        let (process, other) = (bed.process(), bed.process());
        let anna =
            admin(&process, "POST /v1/admin/keys", r#"{"name":"Anna","scopes":["orders","inventory"]}"#)
                .await;
        let token = json!({ "token": anna.body["key"] }).to_string();
        let begun = send(&process.router, "POST /v1/session", &[], &token).await;
        assert_eq!(begun.status, 200, "{}: {begun:?}", bed.name);
        let expected = json!(["inventory", "orders"]);
        let shown = |answer: &crate::testing::Answer| {
            (answer.body["caller"].clone(), answer.body["name"].clone(), answer.body["scopes"].clone())
        };
        assert_eq!(shown(&begun), (json!("session"), json!("Anna"), expected.clone()));
        let cookie = begun.cookie();
        let page = [("cookie", cookie.as_str()), ("origin", "http://shop.example")];
        let me = send(&process.router, "GET /v1/session", &page, "").await;
        assert_eq!(shown(&me), (json!("session"), json!("Anna"), expected));
        assert_eq!(me.body["expires_at"], begun.body["expires_at"]);

        let mut headers = axum::http::HeaderMap::new();
        headers.insert("cookie", cookie.parse().unwrap());
        let caller = |process: &Process, class| process.access.authorize(&headers, class);
        let known = caller(&process, kassa_service::RouteClass::Native).unwrap();
        assert!(known.may(crate::Scope::Orders) && !known.may(crate::Scope::Admin));
        assert!(caller(&process, kassa_service::RouteClass::Compat).is_err(), "on native routes alone");
        let keys = send(&process.router, "GET /v1/admin/keys", &page, "").await;
        assert_eq!(keys.status, 403, "{keys:?}");
        until("another process knows her", || caller(&other, kassa_service::RouteClass::Native).is_ok())
            .await;

        let list = async |path: &str| admin(&process, path, "").await.body["results"].clone();
        assert_eq!(list("GET /v1/admin/keys").await[0]["sessions"], 1);
        assert_eq!(list("GET /v1/admin/keys/revoked").await, json!([]));
        let line = format!("DELETE /v1/admin/keys/{}", anna.body["id"].as_str().unwrap());
        assert_eq!(admin(&process, &line, "").await.status, 204);
        assert_eq!(admin(&process, &line, "").await.status, 404, "once");
        assert_eq!(list("GET /v1/admin/keys").await, json!([]));
        let revoked = list("GET /v1/admin/keys/revoked").await;
        assert_eq!((&revoked[0]["id"], &revoked[0]["name"]), (&anna.body["id"], &json!("Anna")));
        assert!(revoked[0]["revoked_at"].is_string() && revoked[0].get("key").is_none(), "{revoked}");
        let me = send(&process.router, "GET /v1/session", &page, "").await;
        assert_eq!((me.status, me.body["signed_in"].clone()), (200, json!(false)));
        assert_eq!(send(&process.router, "POST /v1/session", &[], &token).await.status, 401);
        until("another process knows it, too", || caller(&other, kassa_service::RouteClass::Native).is_err())
            .await;
    }
}
