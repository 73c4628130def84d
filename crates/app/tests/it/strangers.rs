//! What somebody may do who comes through a proxy, or from another machine.

use crate::http::Answer;
use crate::kassa::{Kassa, Start, metric, run, run_with};

const TOKEN: &str = "0b5f6c1e9a7d4c3382f1e0d9c8b7a695";

const EVENT: &str = r#"{"site_id":"default","event_type":"e","path":"/"}"#;

/// `POST` of an event by a client that the trusted proxy names.
fn event_of(kassa: &Kassa, client: &str) -> Answer {
    kassa.http().send("POST", "/event", &[("x-forwarded-for", client)], EVENT.as_bytes()).unwrap()
}

/// Sends until it is told to wait; how often it was not.
fn taken_of(kassa: &Kassa, client: &str) -> (u32, Answer) {
    for taken in 0..30 {
        let answer = event_of(kassa, client);
        if answer.status != 202 {
            return (taken, answer);
        }
    }
    panic!("{client} was never told to wait");
}

/// In closed mode behind a proxy of this machine.
fn closed(folder: &std::path::Path) -> Start {
    let file = folder.join("kassa.toml");
    let text = format!(
        "[server]\ntrusted_proxies = [\"127.0.0.1\"]\n[access]\nadmin_token = \"{TOKEN}\"\n\
         [collector]\nrate_per_second = 1\nburst = 5\n[storefront]\nrate_per_second = 1\nburst = 5\n[[sites]]\nid = \"default\"\nallow_keyless = true\n"
    );
    std::fs::write(&file, text).unwrap();
    Start::up(&folder.join("data")).with("--config").with(&file.display().to_string())
}

#[test]
fn events_are_limited_for_each_client_address() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = closed(folder.path()).start();
    let (taken, refused) = taken_of(&kassa, "203.0.113.9");
    // A busy machine may give some back meanwhile, one each second.
    assert!((5..20).contains(&taken), "{taken}");
    assert_eq!((refused.status, refused.body.as_str()), (429, r#"{"errors":["too_many_requests"]}"#));
    assert!(refused.header("retry-after").is_some_and(|seconds| seconds == "1"), "{refused:?}");
    assert_eq!(event_of(&kassa, "203.0.113.10").status, 202, "another address");
    taken_of(&kassa, "2001:db8:1:2::1");
    let neighbour =
        (0..5).filter(|n| event_of(&kassa, &format!("2001:db8:1:2::{n}:9")).status == 202).count();
    assert!(neighbour < 5, "one customer has a /64");
    assert_eq!(event_of(&kassa, "2001:db8:1:3::1").status, 202, "another customer");
    for n in 0..30 {
        assert_eq!(kassa.post("/event", EVENT).status, 202, "this machine's own, {n}");
    }
    let bearer = format!("Bearer {TOKEN}");
    let sender = [("x-forwarded-for", "203.0.113.9"), ("authorization", bearer.as_str())];
    for n in 0..30 {
        let answer = kassa.http().send("POST", "/event", &sender, EVENT.as_bytes()).unwrap();
        assert_eq!(answer.status, 202, "with a secret key, {n}");
    }
    let text = kassa.http().send("GET", "/metrics", &[("authorization", &bearer)], b"").unwrap().body;
    let counted = metric(&text, "kassa_collect_requests_refused_total{cause=\"client_rate\"}");
    assert!(counted.is_some_and(|count| count >= 2.0), "{counted:?}");
}

#[test]
fn wrong_keys_lock_an_address_and_the_right_one_works_on() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = closed(folder.path()).start();
    let ask = |client: &str, key: &str| {
        let bearer = format!("Bearer {key}");
        let headers = [("x-forwarded-for", client), ("authorization", bearer.as_str())];
        kassa.http().send("GET", "/v1/admin/keys", &headers, b"").unwrap()
    };
    for n in 1..=10 {
        assert_eq!(ask("203.0.113.9", &format!("guess-{n}")).status, 401, "{n}");
    }
    let locked = ask("203.0.113.9", "guess-11");
    assert_eq!(locked.status, 429, "{locked:?}");
    assert!(locked.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().unwrap() > 600));
    let log_in = |client: &str| {
        let headers = [("x-forwarded-for", client), ("content-type", "application/json")];
        let body = format!(r#"{{"token":"{TOKEN}"}}"#);
        kassa.http().send("POST", "/v1/session", &headers, body.as_bytes()).unwrap().status
    };
    assert_eq!(log_in("203.0.113.9"), 429);
    assert_eq!(ask("203.0.113.9", TOKEN).status, 200, "the right one");
    assert_eq!(log_in("203.0.113.10"), 200, "another address");
}

#[test]
fn open_mode_is_no_admin_api_behind_a_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let kassa = Start::up(&data).start();
    for by in ["x-forwarded-for", "forwarded", "via", "x-real-ip"] {
        let send = |method: &str, path: &str, body: &str| {
            let headers = [(by, "203.0.113.9"), ("content-type", "application/json")];
            kassa.http().send(method, path, &headers, body.as_bytes()).unwrap()
        };
        let key = send("POST", "/v1/admin/keys", r#"{"name":"stolen","scopes":["admin"]}"#);
        assert_eq!(key.status, 403, "{by}: {key:?}");
        assert!(key.body.contains("access.admin_token"), "{by}: {key:?}");
        for path in ["/games/all", "/api/orders", "/stats?site_id=default"] {
            let refused = send("GET", path, "");
            assert_eq!(refused.status, 403, "{by} {path}: {refused:?}");
            assert!(refused.body.contains("access.admin_token"), "{by} {path}: {refused:?}");
        }
        assert_eq!(send("GET", "/livez", "").status, 200, "{by}");
        assert_eq!(send("GET", "/v1/products", "").status, 200, "{by}");
        let invented = send("POST", "/event", r#"{"site_id":"invented","event_type":"e","path":"/"}"#);
        assert_eq!(invented.status, 400, "{by}: a stranger makes no site: {invented:?}");
    }
    assert_eq!(kassa.get("/v1/admin/keys").body, r#"{"results":[]}"#);
    assert!(!kassa.get("/v1/admin/sites").body.contains("invented"));
}

/// A page of the same host is another origin when the proxy speaks another scheme with it.
#[test]
fn a_trusted_proxy_says_which_scheme_pages_have() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = closed(folder.path()).start();
    let host = kassa.address.trim_start_matches("http://").to_owned();
    for (number, (spoken, of_page, status)) in
        [("https", "https", 200), ("https", "http", 403), ("http", "http", 200), ("http", "https", 403)]
            .into_iter()
            .enumerate()
    {
        let (client, origin) = (format!("203.0.113.{number}"), format!("{of_page}://{host}"));
        let headers = [
            ("x-forwarded-for", client.as_str()),
            ("x-forwarded-proto", spoken),
            ("origin", origin.as_str()),
        ];
        let answer = kassa.http().send("GET", "/v1/products", &headers, b"").unwrap();
        assert_eq!(answer.status, status, "{spoken} to the proxy, a page of {of_page}: {answer:?}");
    }
}

#[test]
fn a_trusted_proxy_needs_an_admin_token() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let proxies = [("KASSA_SERVER__TRUSTED_PROXIES", "127.0.0.1")];
    let refused = Start::up(&data).env(proxies[0].0, proxies[0].1).try_start();
    let said = refused.err().expect("it refuses to start");
    assert!(said.contains("access.admin_token"), "{said}");
    let checked = run_with(&["check"], &proxies);
    assert!(!checked.status.success(), "{checked:?}");
    assert!(String::from_utf8_lossy(&checked.stderr).contains("access.admin_token"), "{checked:?}");
    assert!(run(&["check"]).status.success());
}

#[test]
fn the_storefront_is_limited_for_strangers_alone() {
    let folder = tempfile::tempdir().unwrap();
    let kassa = closed(folder.path()).start();
    let ask = |(name, value): (&str, &str)| {
        let headers = [("x-forwarded-for", "203.0.113.9"), (name, value)];
        kassa.http().send("GET", "/v1/products", &headers, b"").unwrap().status
    };
    let is_served = |shown: (&str, &str)| (0..30).all(|_| ask(shown) == 200);
    let statuses: Vec<u16> = (0..30).map(|_| ask(("authorization", "Bearer none-of-ours"))).collect();
    assert_eq!(statuses[..5], [200; 5]);
    assert!(statuses.contains(&429), "so many at once are too many: {statuses:?}");
    let admin = format!("Bearer {TOKEN}");
    assert!(is_served(("authorization", &admin)), "with the admin token");
    let post = |path: &str, body: &str| {
        let headers = [
            ("x-forwarded-for", "203.0.113.10"),
            ("authorization", admin.as_str()),
            ("content-type", "application/json"),
        ];
        let answer = kassa.http().send("POST", path, &headers, body.as_bytes()).unwrap();
        assert!(answer.status < 300, "{path}: {answer:?}");
        answer
    };
    let made = post("/v1/admin/keys", r#"{"name":"grid","scopes":["catalog"]}"#);
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let key = made["key"].as_str().unwrap();
    assert!(is_served(("authorization", &format!("Bearer {key}"))), "with a key that was made");
    for token in [TOKEN, key] {
        let session = post("/v1/session", &format!(r#"{{"token":"{token}"}}"#));
        let cookie = session.header("set-cookie").unwrap().split(';').next().unwrap();
        assert!(is_served(("cookie", cookie)), "logged in");
    }
    let strange = (0..30).any(|_| ask(("cookie", "kassa_session=0000")) == 429);
    assert!(strange, "with a session that is none");
}
