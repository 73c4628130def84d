//! Sites, their keys and rules over HTTP.

use serde_json::json;

use super::admin;
use crate::Mode;
use crate::store::{self, StoredSite};
use crate::testing::{Process, TOKEN, bearer, beds, noon, send, until};

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

/// What is set of a site is set anew, in one process and the next; the second of two is told, and the configuration is left alone.
#[tokio::test]
async fn a_site_is_changed() {
    for bed in beds() {
        let process = bed.process();
        admin(&process, "POST /v1/admin/sites", r#"{"id":"blog","keep_days":30,"labels":{"::1":"me"}}"#)
            .await;
        let key = admin(&process, "POST /v1/admin/sites/blog/keys", "").await.body["key"].clone();
        let put = "PUT /v1/admin/sites/blog";
        let body = r#"{"version":1,"timezone":"Asia/Tokyo","keep_days":90,"hash_routes":true}"#;
        let changed = admin(&process, put, body).await;
        assert_eq!((changed.status, &changed.body["version"]), (200, &json!(2)), "{changed:?}");
        assert_eq!((&changed.body["labels"], &changed.body["keep_days"]), (&json!({}), &json!(90)));
        assert_eq!(changed.body["write_keys"][0]["key"], key);
        let other = bed.process();
        until("the site is known", || other.access.site("blog").is_some()).await;
        for access in [&process.access, &other.access] {
            let site = access.site("blog").unwrap();
            assert_eq!((site.timezone.iana_name(), site.keep_days), (Some("Asia/Tokyo"), 90), "{}", bed.name);
            assert!(site.rules.options().hash_routes);
        }
        assert_eq!(admin(&other, put, r#"{"timezone":"Europe/Paris"}"#).await.body["version"], json!(3));
        let late = admin(&process, put, r#"{"version":2,"keep_days":7}"#).await;
        assert_eq!(late.status, 409, "{late:?}");
        assert!(late.body["detail"].as_str().unwrap().contains("version 3 is newer"), "{late:?}");
        until("it is known here", || process.access.site("blog").unwrap().keep_days == 0).await;
        let configured = admin(&process, "PUT /v1/admin/sites/default", "{}").await;
        assert_eq!(configured.status, 409, "{configured:?}");
        let newest = &process.access.changes(("~", Some("/v1/admin/sites/blog")), 1).await.unwrap()[0];
        let difference = &newest.difference;
        let (was, is) = (difference.before.as_ref().unwrap(), difference.after.as_ref().unwrap());
        assert!(
            was.contains("Asia/Tokyo") && is.contains("Europe/Paris") && !is.contains("\"id\""),
            "{newest:?}"
        );
    }
}

/// Of many at once with the version that all have read, one changes it.
#[tokio::test]
async fn of_many_at_once_one_changes_a_site() {
    for bed in beds() {
        let process = bed.process();
        admin(&process, "POST /v1/admin/sites", r#"{"id":"blog"}"#).await;
        let other = bed.process();
        until("the site is known", || other.access.site("blog").is_some()).await;
        let mut asked = tokio::task::JoinSet::new();
        for days in 1..=20 {
            let router = [&process, &other][days % 2].router.clone();
            asked.spawn(async move {
                let body = format!(r#"{{"version":1,"keep_days":{days}}}"#);
                let headers = [("authorization", &*bearer(TOKEN))];
                send(&router, "PUT /v1/admin/sites/blog", &headers, &body).await.status
            });
        }
        let mut found = asked.join_all().await;
        found.sort_unstable();
        let mut expected = vec![409; 20];
        expected[0] = 200;
        assert_eq!(found, expected, "{}", bed.name);
    }
}

/// A site that nobody has written down is changed as a created one, and keeps its keys; a plain one in the database is no change of it.
#[tokio::test]
async fn a_preset_is_there_until_something_of_it_is_set() {
    for bed in beds() {
        let mut options = crate::testing::options();
        options.sites[0].is_preset = true;
        options.sites[0].timezone = "Europe/Berlin".to_owned();
        let process = bed.process_with(&options, Mode::Closed);
        let list = admin(&process, "GET /v1/admin/sites", "").await.body;
        let shown = &list["results"][0];
        assert_eq!((&shown["source"], &shown["version"]), (&json!("configuration"), &json!(1)));
        let write = |process: &Process| {
            let db = process.db.clone();
            async move {
                let plain =
                    |tx: &mut kassa_db::Tx<'_>| store::insert_site(tx, &StoredSite::plain("default"), noon());
                db.write(plain).await.unwrap()
            }
        };
        assert!(write(&process).await);
        let body = r#"{"version":1,"keep_days":7,"timezone":"Asia/Tokyo"}"#;
        let changed = admin(&process, "PUT /v1/admin/sites/default", body).await;
        assert_eq!((changed.status, &changed.body["source"]), (200, &json!("created")), "{changed:?}");
        assert_eq!((&changed.body["version"], &changed.body["keep_days"]), (&json!(2), &json!(7)));
        let newest = &process.access.changes(("~", None), 1).await.unwrap()[0];
        assert!(newest.difference.before.as_ref().unwrap().contains("Europe/Berlin"), "{newest:?}");
        let again = bed.process_with(&options, Mode::Closed);
        until("what was set is known", || again.access.site("default").unwrap().keep_days == 7).await;
        for access in [&process.access, &again.access] {
            assert_eq!(access.site_for(Some("wk_configured"), None).unwrap().keep_days, 7, "{}", bed.name);
        }
    }
}
