//! Wrong tokens and keys: who is locked out, for how long, and what of it is written down.

use super::{admin, log_in};
use crate::testing::{Process, TOKEN, bearer, beds, send};

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
