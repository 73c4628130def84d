//! The database goes and comes back; processes share it; the configuration stands above it.

use std::sync::Arc;

use kassa_db::Db;
use kassa_db::testing::{TestPostgres, schema_of};
use kassa_model::{MICROS_PER_SECOND, ManualClock};
use kassa_service::Status;
use serde_json::json;

use crate::testing::{TOKEN, bearer, beds, noon, options, router, send, until};
use crate::{Access, Error, Mode, Options, RuleOptions, SiteOptions};

#[test]
fn both_engines_have_one_schema() {
    let schemas = beds().iter().map(|bed| schema_of(&bed.process().db).unwrap()).collect::<Vec<_>>();
    assert!(schemas[0].contains("column api_keys.hash text not null"), "{}", schemas[0]);
    assert!(schemas.windows(2).all(|pair| pair[0] == pair[1]), "{schemas:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_outlasts_an_outage() {
    let Some(cluster) = TestPostgres::start_own() else { return };
    let url = cluster.fresh_database();
    let data = tempfile::tempdir().unwrap();
    let access = Access::open(&options(), Mode::Closed, data.path()).unwrap();
    let clock = Arc::new(ManualClock::new(noon()));
    access.attach(Db::open(&url).unwrap(), Arc::clone(&clock) as Arc<_>).unwrap();
    let router = router(&access);
    let admin = bearer(TOKEN);
    let admin = [("authorization", admin.as_str())];
    let made = send(&router, "POST /v1/admin/keys", &admin, r#"{"name":"a","scopes":["admin"]}"#).await;
    let key = bearer(made.body["key"].as_str().unwrap());
    let log_in = json!({ "token": TOKEN }).to_string();
    let session = send(&router, "POST /v1/session", &[], &log_in).await.cookie();
    send(&router, "POST /v1/admin/sites", &admin, r#"{"id":"blog"}"#).await;

    cluster.stop();
    clock.advance(60 * MICROS_PER_SECOND);
    let known = async || {
        let by_key = send(&router, "GET /v1/admin/keys", &[("authorization", &key)], "").await.status;
        let by_session = send(&router, "GET /v1/admin/keys", &[("cookie", &session)], "").await.status;
        (by_key, by_session, access.site("blog").is_some())
    };
    assert_eq!(known().await, (200, 200, true));
    let refused = send(&router, "POST /v1/admin/keys", &admin, r#"{"name":"b","scopes":["read"]}"#).await;
    assert_eq!((refused.status, refused.headers.contains_key("retry-after")), (503, true), "{refused:?}");
    assert_eq!(send(&router, "POST /v1/session", &[], &log_in).await.status, 503);
    assert!(matches!(access.status(), Status::Degraded(_)), "{:?}", access.status());
    assert_eq!(known().await, (200, 200, true));

    cluster.resume();
    until("the database is read again", || access.status() == Status::Up).await;
    let made = send(&router, "POST /v1/admin/keys", &admin, r#"{"name":"b","scopes":["read"]}"#).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(known().await, (200, 200, true));
}

#[test]
fn the_configuration_stands_above_the_database() {
    for bed in beds() {
        let first = bed.process();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let admin = bearer(TOKEN);
        let admin = [("authorization", admin.as_str())];
        let body = r#"{"id":"blog","timezone":"Asia/Kathmandu","allow_keyless":true}"#;
        runtime.block_on(send(&first.router, "POST /v1/admin/sites", &admin, body));
        let made = runtime.block_on(send(&first.router, "POST /v1/admin/sites/blog/keys", &admin, ""));
        let created = made.body["key"].as_str().unwrap().to_owned();
        drop(first);

        let blog = SiteOptions {
            id: "blog".to_owned(),
            write_keys: vec!["wk_blog".to_owned()],
            allow_keyless: false,
            timezone: "Europe/Berlin".to_owned(),
            origins: Vec::new(),
            keep_days: 0,
            rules: RuleOptions::default(),
            is_preset: false,
        };
        let mut configured = options();
        configured.sites.push(blog);
        let process = bed.process_with(&configured, Mode::Closed);
        let site = process.access.site("blog").unwrap();
        assert_eq!((site.timezone.iana_name(), site.allow_keyless), (Some("Europe/Berlin"), false));
        for key in ["wk_blog", &created] {
            assert_eq!(process.access.site_for(Some(key), None).unwrap().id, "blog", "both keys name it");
        }
        drop(process);
        // A key that the configuration gives to another site is that site's.
        let mut moved = options();
        moved.sites[0].write_keys.push(created.clone());
        let process = bed.process_with(&moved, Mode::Closed);
        assert_eq!(process.access.site_for(Some(&created), None).unwrap().id, "default");
        assert!(process.access.site("blog").unwrap().write_keys.is_empty(), "nor is it listed elsewhere");
    }
}

#[tokio::test]
async fn sites_that_open_mode_creates_reach_the_other_processes() {
    for bed in beds() {
        let open = Options { admin_token: String::new(), ..options() };
        let (collector, reports) = (bed.process_with(&open, Mode::Open), bed.process_with(&open, Mode::Open));
        collector.access.site_for(None, Some("fresh")).unwrap();
        let written = || {
            let sql = "SELECT COUNT(*) FROM sites WHERE id = 'fresh'";
            let count = collector
                .db
                .read_blocking::<_, kassa_db::Error>(move |tx| tx.first(sql, &[], |row| row.int(0)));
            count.unwrap() == Some(1)
        };
        until("the site is written down", written).await;
        until("the other process knows it", || reports.access.site("fresh").is_some()).await;
        assert_eq!(collector.access.sites().len(), 2, "and it is there once");
    }
}

#[tokio::test]
async fn the_last_use_of_a_key_is_written_down() {
    for bed in beds() {
        let process = bed.process();
        let admin = bearer(TOKEN);
        let admin = [("authorization", admin.as_str())];
        let made =
            send(&process.router, "POST /v1/admin/keys", &admin, r#"{"name":"a","scopes":["read"]}"#).await;
        let key = bearer(made.body["key"].as_str().unwrap());
        send(&process.router, "GET /v1/session", &[("authorization", &key)], "").await;
        let used = || {
            let sql = "SELECT last_used_at FROM api_keys";
            let used = process
                .db
                .read_blocking::<_, kassa_db::Error>(move |tx| tx.first(sql, &[], |row| row.int_or_null(0)));
            used.unwrap().flatten() == Some(noon().micros())
        };
        until("it is written", used).await;
    }
}

#[test]
fn a_second_database_and_a_newer_schema_are_refused() {
    for bed in beds() {
        let process = bed.process();
        let clock = Arc::clone(&process.clock);
        let again = process.access.attach(process.db.clone(), clock as Arc<_>);
        assert!(matches!(again, Err(Error::AttachedTwice)));
        let newer = "UPDATE migrations SET number = 99 WHERE set_name = 'access' AND number = 1";
        process.db.write_blocking::<_, kassa_db::Error>(move |tx| tx.execute(newer, &[])).unwrap();
        let access = Access::open(&options(), Mode::Closed, tempfile::tempdir().unwrap().path()).unwrap();
        let refused = access.attach(process.db.clone(), Arc::new(ManualClock::new(noon()))).unwrap_err();
        assert!(refused.to_string().contains("a newer kassa wrote it"), "{refused}");
    }
}
