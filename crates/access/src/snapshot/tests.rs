//! Which site an event belongs to, and what a restart remembers.

use std::path::Path;

use super::Access;
use crate::{Error, Mode, Options, RuleOptions, SITES_MAX, SecretKeyOptions, SiteOptions};

fn site(id: &str, write_keys: &[&str]) -> SiteOptions {
    SiteOptions {
        id: id.to_owned(),
        write_keys: write_keys.iter().map(|key| (*key).to_owned()).collect(),
        allow_keyless: false,
        timezone: "UTC".to_owned(),
        origins: Vec::new(),
        keep_days: 0,
        rules: RuleOptions::default(),
        is_preset: false,
    }
}

fn options() -> Options {
    let open_to_all = SiteOptions { allow_keyless: true, ..site("blog", &[]) };
    Options {
        sites: vec![site("default", &["pk_default"]), site("shop", &["pk_a", "pk_b"]), open_to_all],
        ..Options::default()
    }
}

fn ids(access: &Access, key: Option<&str>, site: Option<&str>) -> Option<String> {
    access.site_for(key, site).ok().map(|site| site.id.clone())
}

#[test]
fn closed_mode_knows_its_sites_and_keys_only() {
    let data = tempfile::tempdir().unwrap();
    let access = Access::open(&options(), Mode::Closed, data.path()).unwrap();
    let check = |key, site, expected: Option<&str>| {
        assert_eq!(ids(&access, key, site).as_deref(), expected, "{key:?} {site:?}");
    };
    check(Some("pk_a"), None, Some("shop"));
    check(Some("pk_b"), Some("shop"), Some("shop"));
    check(Some("pk_b"), Some(""), Some("shop"));
    check(Some("pk_a"), Some("default"), None);
    check(Some("pk_a"), Some("nope"), None);
    check(Some("nope"), None, None);
    check(Some("shop"), None, None);
    check(None, Some("shop"), None);
    check(None, Some("blog"), Some("blog"));
    check(Some(""), Some("blog"), Some("blog"));
    check(None, Some("nope"), None);
    check(None, None, None);
    let keyless = Options { shop_site: "blog".to_owned(), ..options() };
    let access = Access::open(&keyless, Mode::Closed, data.path()).unwrap();
    assert_eq!(ids(&access, None, None).as_deref(), Some("blog"));
    assert!(!data.path().join("sites.json").exists());
}

#[test]
fn open_mode_creates_sites_on_first_use() {
    let data = tempfile::tempdir().unwrap();
    let access = Access::open(&options(), Mode::Open, data.path()).unwrap();
    let check = |key, site, expected: Option<&str>| {
        assert_eq!(ids(&access, key, site).as_deref(), expected, "{key:?} {site:?}");
    };
    check(None, None, Some("default"));
    check(None, Some("shop"), Some("shop"));
    check(Some("pk_a"), None, Some("shop"));
    check(Some("pk_a"), Some("default"), None);
    check(None, Some("new-site"), Some("new-site"));
    check(Some("new-key"), None, Some("new-key"));
    check(Some("new-key"), Some("new-key"), Some("new-key"));
    check(Some("another-key"), Some("new-site"), None);
    check(Some("new-site"), Some("new-site"), Some("new-site"));
    check(None, Some("a\0b"), None);
    let long = "x".repeat(256);
    assert_eq!(ids(&access, None, Some(&long[1..])).as_deref(), Some(&long[1..]));
    assert_eq!(ids(&access, None, Some(&long)), None);
    assert!(access.site("never-used").is_none());
}

#[test]
fn created_sites_survive_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let access = Access::open(&options(), Mode::Open, data.path()).unwrap();
    for id in ["one", "two", "ünï \"quoted\""] {
        access.site_for(None, Some(id)).unwrap();
    }
    access.flush();
    // As after `kill -9`: opened again while the first still lives.
    let again = Access::open(&options(), Mode::Open, data.path()).unwrap();
    let known: Vec<_> = again.sites().iter().map(|site| site.id.clone()).collect();
    assert_eq!(known, ["blog", "default", "one", "shop", "two", "ünï \"quoted\""]);
    again.site_for(Some("three"), None).unwrap();
    drop(again);
    // In closed mode they stay readable, and take no events without a key.
    let closed = Access::open(&options(), Mode::Closed, data.path()).unwrap();
    assert!(closed.site("three").is_some() && closed.site("one").is_some());
    assert!(closed.site_for(None, Some("one")).is_err());
    assert!(closed.site_for(Some("three"), None).is_err());
    // One that the configuration has meanwhile is the configuration's.
    let mut configured = options();
    configured.sites.push(SiteOptions { timezone: "Europe/Berlin".to_owned(), ..site("one", &["pk_one"]) });
    let access = Access::open(&configured, Mode::Open, data.path()).unwrap();
    assert_eq!(access.site("one").unwrap().timezone.iana_name(), Some("Europe/Berlin"));
}

#[test]
fn at_most_a_thousand_sites_are_created_whoever_asks_at_once() {
    let data = tempfile::tempdir().unwrap();
    let access = Access::open(&options(), Mode::Open, data.path()).unwrap();
    let created: usize = std::thread::scope(|scope| {
        let ask = |_| {
            scope.spawn(|| {
                (0..1_500).filter(|n| access.site_for(None, Some(&format!("s{n}"))).is_ok()).count()
            })
        };
        let threads: Vec<_> = (0..4).map(ask).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(access.sites().len(), SITES_MAX);
    assert_eq!(created, 4 * (SITES_MAX - 3), "each thread got the same ones");
    assert!(access.site_for(None, Some("one-too-many")).is_err());
    assert!(access.site_for(None, Some("shop")).is_ok(), "known ones are served as before");
    access.flush();
    let again = Access::open(&options(), Mode::Open, data.path()).unwrap();
    assert_eq!(again.sites().len(), SITES_MAX);
}

#[test]
fn configurations_that_contradict_themselves_are_refused() {
    let check = |sites: Vec<SiteOptions>, expected: &str| {
        let data = tempfile::tempdir().unwrap();
        let options = Options { sites, ..Options::default() };
        let message = Access::open(&options, Mode::Closed, data.path()).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    };
    check(vec![site("a", &[]), site("a", &[])], "two sites named a");
    check(vec![site("a", &["k"]), site("b", &["k"])], "one write key for the sites a and b");
    check(vec![site("", &[])], "1 to 255 bytes");
    check(vec![SiteOptions { timezone: "Mars/Olympus".to_owned(), ..site("a", &[]) }], "Mars/Olympus");
    check((0..1_001).map(|n| site(&format!("s{n}"), &[])).collect(), "at most 1000");
}

#[test]
fn a_broken_file_is_an_error_and_not_an_empty_list() {
    let data = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(data.path().join("sites.json"), text).unwrap();
    for text in ["", "{\"v\":1,\"crea", "[]", "{\"v\":1}"] {
        write(text);
        let error = Access::open(&options(), Mode::Open, data.path()).unwrap_err();
        assert!(matches!(error, Error::Shape { .. }) && error.to_string().contains("sites.json"), "{error}");
    }
    write(r#"{"v":2,"created":[],"more":1}"#);
    let error = Access::open(&options(), Mode::Open, data.path()).unwrap_err();
    assert!(matches!(error, Error::Newer { found: 2, known: 1, .. }), "{error}");
}

#[test]
fn a_folder_that_cannot_be_written_costs_no_event() {
    let data = tempfile::tempdir().unwrap();
    let access = Access::open(&options(), Mode::Open, Path::new("/proc/kassa-no-such-folder")).unwrap();
    assert_eq!(ids(&access, None, Some("fresh")).as_deref(), Some("fresh"));
    access.flush();
    assert_eq!(ids(&access, None, Some("fresh")).as_deref(), Some("fresh"));
    drop(data);
}

#[test]
fn tokens_are_masked() {
    let options = Options { admin_token: "t".to_owned(), ..options() };
    assert!(!format!("{options:?}").contains("\"t\""));
}

/// A program that sends for others shows its secret key where a page shows its write key.
#[test]
fn a_secret_key_names_a_site_if_it_may_collect() {
    let data = tempfile::tempdir().unwrap();
    let mut options = options();
    let key = |name: &str, secret: &str, site: Option<&str>| SecretKeyOptions {
        name: name.to_owned(),
        sha256: crate::secret::Hash::of(secret).hex(),
        site: site.map(str::to_owned),
    };
    options.sites = vec![site("shop", &["pk"]), site("blog", &["pb"])];
    options.shop_site = "shop".to_owned();
    options.secret_keys = vec![key("all", "ks_all", None), key("blog", "ks_blog", Some("blog"))];
    for mode in [Mode::Closed, Mode::Open] {
        let access = Access::open(&options, mode, data.path()).unwrap();
        assert_eq!(ids(&access, Some("ks_all"), None).as_deref(), Some("shop"));
        assert_eq!(ids(&access, Some("ks_all"), Some("blog")).as_deref(), Some("blog"));
        assert_eq!(ids(&access, Some("ks_blog"), None).as_deref(), Some("blog"));
        assert_eq!(ids(&access, Some("ks_blog"), Some("shop")), None);
        assert!(access.believes("ks_all", "shop") && access.believes("ks_all", "blog"));
        assert!(access.believes("ks_blog", "blog") && !access.believes("ks_blog", "shop"));
        assert!(
            !access.believes("pk", "shop") && !access.is_secret_key("pk") && !access.is_secret_key("nobody")
        );
        assert!(access.is_secret_key("ks_all") && access.looks_secret("ks_live_revoked"));
        assert_eq!(ids(&access, Some("ks_live_revoked"), None), None);
        for secret in ["ks_all", "ks_live_revoked"] {
            assert!(access.site(secret).is_none(), "no site is named after a secret");
        }
    }
}
