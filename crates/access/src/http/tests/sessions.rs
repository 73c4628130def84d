//! Sessions: how one begins, lasts and ends.

use serde_json::json;

use super::{admin, log_in};
use crate::testing::{TOKEN, bearer, beds, options, router, send};
use crate::{Access, Mode, Options};

#[tokio::test]
async fn a_session_begins_lasts_and_ends() {
    for bed in beds() {
        let process = bed.process();
        let begun = send(&process.router, "POST /v1/session", &[], &log_in()).await;
        assert_eq!((begun.status, begun.body["caller"].clone()), (200, json!("session")), "{begun:?}");
        let line = begun.headers["set-cookie"].to_str().unwrap();
        assert!(line.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict"), "{line}");
        let cookie = begun.cookie();
        let ask = async |line: &str| {
            send(&process.router, line, &[("cookie", &cookie), ("sec-fetch-site", "same-origin")], "").await
        };
        assert_eq!(ask("GET /v1/session").await.body["expires_at"], json!("2026-11-22T00:00:00Z"));
        assert_eq!(ask("GET /v1/admin/keys").await.status, 200);
        process.clock.advance(12 * kassa_model::MICROS_PER_HOUR - 1);
        assert_eq!(ask("GET /v1/admin/keys").await.status, 200);
        process.clock.advance(1);
        assert_eq!(ask("GET /v1/admin/keys").await.status, 401, "twelve hours are over");
        assert_eq!(ask("GET /v1/session").await.body, json!({"mode":"closed","signed_in":false,"scopes":[]}));

        let cookie = send(&process.router, "POST /v1/session", &[], &log_in()).await.cookie();
        let ask = async |line: &str| {
            send(&process.router, line, &[("cookie", &cookie), ("sec-fetch-site", "same-origin")], "").await
        };
        assert_eq!(ask("GET /v1/admin/keys").await.status, 200);
        let ended = ask("DELETE /v1/session").await;
        assert_eq!(ended.status, 204);
        assert!(
            ended.headers["set-cookie"].to_str().unwrap().starts_with("kassa_session=; Path=/; Max-Age=0")
        );
        assert_eq!(ask("GET /v1/admin/keys").await.status, 401, "logged out");
    }
}

#[tokio::test]
async fn all_sessions_end_at_once() {
    for bed in beds() {
        let process = bed.process();
        let mut cookies = Vec::new();
        for _ in 0..3 {
            cookies.push(send(&process.router, "POST /v1/session", &[], &log_in()).await.cookie());
        }
        assert_eq!(send(&process.router, "DELETE /v1/admin/sessions", &[], "").await.status, 401);
        assert_eq!(admin(&process, "DELETE /v1/admin/sessions", "").await.status, 204);
        for cookie in cookies {
            assert_eq!(
                send(&process.router, "GET /v1/admin/keys", &[("cookie", &cookie)], "").await.status,
                401
            );
        }
    }
}

#[tokio::test]
async fn sessions_survive_a_restart_but_not_a_new_admin_token() {
    for bed in beds() {
        let cookie = send(&bed.process().router, "POST /v1/session", &[], &log_in()).await.cookie();
        let ask = async |options: &Options| {
            let process = bed.process_with(options, Mode::Closed);
            send(&process.router, "GET /v1/session", &[("cookie", &cookie)], "").await.body["signed_in"]
                .clone()
        };
        assert_eq!(ask(&options()).await, json!(true));
        let other = Options { admin_token: "another-admin-token-1".to_owned(), ..options() };
        assert_eq!(ask(&other).await, json!(false));
    }
}

#[tokio::test]
async fn a_clock_set_ahead_and_back_leaves_neither_lock_nor_session() {
    for bed in beds() {
        let (process, years) = (bed.process(), 2 * 365 * kassa_model::MICROS_PER_DAY);
        let (right, wrong) = (log_in(), r#"{"token":"not-it"}"#);
        let post = async |body: &str| send(&process.router, "POST /v1/session", &[], body).await;
        process.clock.advance(years);
        let cookie = post(&right).await.cookie();
        for _ in 0..10 {
            assert_eq!(post(wrong).await.status, 401);
        }
        assert_eq!(post(&right).await.status, 429);
        process.clock.advance(-years);
        assert_eq!(post(&right).await.status, 200, "a lock of a time to come locks nobody for years");
        let asked = send(&process.router, "GET /v1/session", &[("cookie", &cookie)], "").await;
        assert_eq!(asked.body["signed_in"], json!(false), "nor is a session of then good for years");
        for _ in 0..9 {
            assert_eq!(post(wrong).await.status, 401, "the count begins anew");
        }
        assert_eq!(post(&right).await.status, 200);
    }
}

#[tokio::test]
async fn without_a_database_nobody_can_log_in_and_keys_are_listed_only() {
    let access = Access::open(&options(), Mode::Closed, tempfile::tempdir().unwrap().path()).unwrap();
    let router = router(&access);
    let refused = send(&router, "POST /v1/session", &[], &log_in()).await;
    assert_eq!((refused.status, refused.headers.contains_key("retry-after")), (503, true));
    let authorization = bearer(TOKEN);
    let headers = [("authorization", authorization.as_str())];
    assert_eq!(send(&router, "GET /v1/admin/keys", &headers, "").await.status, 200);
    let made = send(&router, "POST /v1/admin/keys", &headers, r#"{"name":"a","scopes":["read"]}"#).await;
    assert_eq!(made.status, 503);
    assert_eq!(send(&router, "DELETE /v1/session", &[], "").await.status, 204);
}

#[tokio::test]
async fn open_mode_needs_no_session() {
    let bed = &beds()[0];
    let process = bed.process_with(&Options { admin_token: String::new(), ..options() }, Mode::Open);
    let session = send(&process.router, "GET /v1/session", &[], "").await;
    assert_eq!(session.body, json!({"mode":"open","signed_in":true,"caller":"open","scopes":["admin"]}));
    let begun = send(&process.router, "POST /v1/session", &[], r#"{"token":"anything"}"#).await;
    assert_eq!((begun.status, begun.headers.contains_key("set-cookie")), (200, false));
    let made = send(&process.router, "POST /v1/admin/keys", &[], r#"{"name":"a","scopes":["admin"]}"#).await;
    assert_eq!(made.status, 201);
}
