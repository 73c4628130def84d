//! Keys, sites and sessions over HTTP, on both databases.

use serde_json::json;

use crate::testing::{Process, TOKEN, bearer, beds, noon, options, router, send, until};
use crate::{Access, Mode, Options};

/// Sends as the administrator.
async fn admin(process: &Process, line: &str, body: &str) -> crate::testing::Answer {
    send(&process.router, line, &[("authorization", &bearer(TOKEN))], body).await
}

fn log_in() -> String {
    json!({ "token": TOKEN }).to_string()
}

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

        let line = format!("DELETE /v1/admin/keys/{}", anna.body["id"].as_str().unwrap());
        assert_eq!(admin(&process, &line, "").await.status, 204);
        let me = send(&process.router, "GET /v1/session", &page, "").await;
        assert_eq!((me.status, me.body["signed_in"].clone()), (200, json!(false)));
        assert_eq!(send(&process.router, "POST /v1/session", &[], &token).await.status, 401);
        until("another process knows it, too", || caller(&other, kassa_service::RouteClass::Native).is_err())
            .await;
    }
}

#[tokio::test]
async fn sites_and_their_keys() {
    for bed in beds() {
        let process = bed.process();
        let body = r#"{"id":"blog","timezone":"Europe/Berlin","origins":["https://blog.example"],"allow_keyless":true}"#;
        let made = admin(&process, "POST /v1/admin/sites", body).await;
        assert_eq!((made.status, made.body["source"].clone()), (201, json!("created")), "{made:?}");
        let site = process.access.site("blog").unwrap();
        assert_eq!((site.timezone.iana_name(), site.allow_keyless), (Some("Europe/Berlin"), true));
        assert!(process.access.lists_origin("https://blog.example"));
        assert!(!process.access.lists_origin("https://other.example"));
        assert_eq!(admin(&process, "POST /v1/admin/sites", body).await.status, 409);
        assert_eq!(admin(&process, "POST /v1/admin/sites", r#"{"id":"default"}"#).await.status, 409);

        for site in ["blog", "default"] {
            let made = admin(&process, &format!("POST /v1/admin/sites/{site}/keys"), "").await;
            let key = made.body["key"].as_str().unwrap().to_owned();
            assert!(made.status == 201 && key.starts_with("wk_"));
            assert_eq!(process.access.site_for(Some(&key), None).unwrap().id, site);
            let line = format!("DELETE /v1/admin/sites/{site}/keys/{key}");
            assert_eq!(admin(&process, &line, "").await.status, 204);
            assert!(process.access.site_for(Some(&key), None).is_err());
            assert_eq!(admin(&process, &line, "").await.status, 404);
        }
        let configured = admin(&process, "DELETE /v1/admin/sites/default/keys/wk_configured", "").await;
        assert_eq!(configured.status, 409);
        assert!(process.access.site_for(Some("wk_configured"), None).is_ok());
        let list = admin(&process, "GET /v1/admin/sites", "").await.body;
        let ids: Vec<_> = list["results"].as_array().unwrap().iter().map(|site| &site["id"]).collect();
        assert_eq!(ids, ["blog", "default"]);
        assert_eq!(list["results"][1]["write_keys"][0]["source"], json!("configuration"));
    }
}

/// What a site says of its pages and addresses is shown, applied, and known to another process.
#[tokio::test]
async fn a_site_has_rules() {
    for bed in beds() {
        let process = bed.process();
        let body = r#"{"id":"blog","trailing_slash":"keep","hash_routes":true,"keep_query":["id"],
            "ignore_referrers":["*.Bank.example"],"labels":{"192.0.2.0/24":"office"},"exclude_addresses":["::1"]}"#;
        let made = admin(&process, "POST /v1/admin/sites", body).await;
        assert_eq!(made.status, 201, "{made:?}");
        let other = bed.process();
        until("the site is known", || other.access.site("blog").is_some()).await;
        for access in [&process.access, &other.access] {
            let rules = access.site("blog").unwrap().rules.clone();
            assert!(rules.keeps("id") && rules.options().hash_routes);
            assert_eq!(rules.options().trailing_slash, crate::TrailingSlash::Keep);
            assert!(rules.ignores("3ds.bank.example") && rules.excludes("::1".parse().unwrap()));
            assert_eq!(rules.label("::ffff:192.0.2.7".parse().unwrap()), Some("office"));
        }
        let shown = &admin(&process, "GET /v1/admin/sites", "").await.body["results"][0];
        assert_eq!(
            (&shown["trailing_slash"], &shown["labels"]["192.0.2.0/24"]),
            (&json!("keep"), &json!("office"))
        );
    }
}

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
async fn ten_wrong_tokens_lock_the_address_for_a_quarter_of_an_hour_and_a_restart() {
    for bed in beds() {
        let process = bed.process();
        let wrong = r#"{"token":"not-it"}"#;
        for n in 1..=10 {
            let answer = send(&process.router, "POST /v1/session", &[], wrong).await;
            assert_eq!(answer.status, 401, "{n}");
        }
        let locked = send(&process.router, "POST /v1/session", &[], wrong).await;
        assert_eq!((locked.status, locked.headers["retry-after"].to_str().unwrap()), (429, "900"));
        drop(process);
        let process = bed.process();
        let right = async || send(&process.router, "POST /v1/session", &[], &log_in()).await;
        assert_eq!(right().await.status, 429, "also for the right token, also after a restart");
        assert_eq!(admin(&process, "GET /v1/admin/keys", "").await.status, 200, "the bearer token works");
        process.clock.advance(15 * 60 * 1_000_000 - 1);
        assert_eq!(right().await.headers["retry-after"], "1");
        process.clock.advance(1);
        assert_eq!(right().await.status, 200);
        // The right token wiped the slate: nine more failures do not lock.
        for _ in 0..9 {
            assert_eq!(send(&process.router, "POST /v1/session", &[], wrong).await.status, 401);
        }
        assert_eq!(right().await.status, 200);
    }
}

#[tokio::test]
async fn wrong_keys_count_as_wrong_logins_do_and_the_right_ones_work_on() {
    for bed in beds() {
        let (process, other) = (bed.process(), bed.process());
        let key = admin(&process, "POST /v1/admin/keys", r#"{"name":"a","scopes":["read"]}"#).await;
        let key = bearer(key.body["key"].as_str().unwrap());
        // Through a proxy of this machine, which is not trusted: all have its address.
        let ask = async |key: &str| {
            let headers = [("authorization", key), ("x-forwarded-for", "203.0.113.9")];
            send(&process.router, "GET /v1/admin/keys", &headers, "").await
        };
        // Half of them at logging in, half as keys.
        for n in 1..=5 {
            let wrong = send(&process.router, "POST /v1/session", &[], r#"{"token":"guess"}"#).await;
            assert_eq!(wrong.status, 401, "{n}");
            assert_eq!(ask(&bearer(&format!("guess-{n}"))).await.status, 401, "{n}");
        }
        assert_eq!(ask(&bearer("guess-11")).await.status, 401, "not refused for others' guesses");
        let log_in_at =
            async |process: &Process| send(&process.router, "POST /v1/session", &[], &log_in()).await.status;
        assert_eq!(log_in_at(&process).await, 429, "also for the right token");
        assert_eq!(ask(&bearer(TOKEN)).await.status, 200, "the admin token works");
        assert_eq!(ask(&key).await.status, 403, "and so does a key, as far as it goes");
        let nobody = send(&process.router, "GET /v1/admin/keys", &[], "").await;
        assert_eq!(nobody.status, 401, "who sends none has guessed nothing");
        // The lock is written down.
        let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while log_in_at(&other).await != 429 {
            assert!(std::time::Instant::now() < end, "{}: the other process lets it in", bed.name);
        }
        process.clock.advance(15 * 60 * 1_000_000);
        assert_eq!(log_in_at(&process).await, 200);
        assert_eq!(ask(&bearer("guess")).await.status, 401, "counted from one again");
    }
}

#[tokio::test]
async fn a_locked_address_is_told_when_its_next_wrong_key_is_looked_at() {
    let process = beds()[0].process();
    let address = "203.0.113.9".parse().unwrap();
    for n in 1..=10 {
        assert_eq!(process.access.note_guess(address), crate::Denied::Wrong, "{n}");
    }
    let locked = process.access.note_guess(address);
    assert_eq!(locked, crate::Denied::Locked { seconds: 900 });
    let answer = axum::response::IntoResponse::into_response(locked);
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "900"));
    assert_eq!(process.access.note_guess("203.0.113.10".parse().unwrap()), crate::Denied::Wrong);
}

#[tokio::test]
async fn a_program_of_this_machine_with_an_old_key_locks_nobody_out() {
    let process = beds()[0].process();
    let log_in_with = async |body: &str| send(&process.router, "POST /v1/session", &[], body).await.status;
    for n in 1..=30 {
        let old = [("authorization", "Bearer revoked-long-ago")];
        let answer = send(&process.router, "GET /v1/admin/keys", &old, "").await;
        assert_eq!(answer.status, 401, "{n}");
    }
    assert_eq!(log_in_with(&log_in()).await, 200);
    // Who guesses at the login is counted wherever he sits.
    for n in 1..=10 {
        assert_eq!(log_in_with(r#"{"token":"guess"}"#).await, 401, "{n}");
    }
    assert_eq!(log_in_with(&log_in()).await, 429);
}

#[tokio::test]
async fn many_wrong_keys_write_no_more_than_a_lock() {
    let bed = &beds()[0];
    let process = bed.process();
    for n in 0..200 {
        let wrong = bearer(&format!("guess-{n}"));
        let headers = [("authorization", wrong.as_str()), ("x-forwarded-for", "203.0.113.9")];
        let status = send(&process.router, "GET /v1/admin/keys", &headers, "").await.status;
        assert_eq!(status, 401, "{n}");
    }
    let rows = process.db.read(|tx| tx.all("SELECT failures FROM login_attempts", &[], |row| row.int(0)));
    let rows: Vec<i64> = rows.await.unwrap_or_else(|error: kassa_db::Error| panic!("{error}"));
    assert!(rows.len() <= 1 && rows.iter().all(|failures| *failures == 0), "{rows:?}");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_at_once_gets_no_more_than_ten_guesses() {
    for bed in beds() {
        let processes: Vec<_> = (0..4).map(|_| bed.process()).collect();
        let attempts = (0..100).map(|n| {
            let router = processes[n % processes.len()].router.clone();
            tokio::spawn(async move {
                send(&router, "POST /v1/session", &[], r#"{"token":"guess"}"#).await.status
            })
        });
        let attempts: Vec<_> = attempts.collect();
        let mut looked_at = 0;
        for attempt in attempts {
            let status = attempt.await.unwrap();
            assert!([401, 429, 503].contains(&status), "{status}");
            looked_at += u32::from(status == 401);
        }
        println!("{}: of 100 guesses at once {looked_at} were looked at", bed.name);
        assert!((1..=10).contains(&looked_at), "{}: {looked_at}", bed.name);
        assert_eq!(send(&processes[0].router, "POST /v1/session", &[], &log_in()).await.status, 429);
    }
}

#[tokio::test]
async fn no_address_and_no_secret_is_written_down() {
    let bed = &beds()[0];
    let process = bed.process();
    let made = admin(&process, "POST /v1/admin/keys", r#"{"name":"a","scopes":["read"]}"#).await;
    let cookie = send(&process.router, "POST /v1/session", &[], &log_in()).await.cookie();
    send(&process.router, "POST /v1/session", &[], r#"{"token":"wrong"}"#).await;
    drop(process);
    let path = bed.url.strip_prefix("sqlite:").unwrap();
    let mut bytes = std::fs::read(path).unwrap();
    bytes.extend(std::fs::read(format!("{path}-wal")).unwrap_or_default());
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("ks_live_"), "the shown prefix is there, so the search works");
    for secret in [made.body["key"].as_str().unwrap(), cookie.split_once('=').unwrap().1, TOKEN, "127.0.0.1"]
    {
        assert!(!holds(secret), "{secret}");
    }
}

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
