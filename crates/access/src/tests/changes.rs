//! What somebody changes of sites, keys and what is kept is written down with it, on both engines.

use serde_json::{Value, json};

use crate::changes::{Asked, Changed, OF_ACCESS};
use crate::testing::{Process, TOKEN, bearer, beds, send};
use crate::{Caller, Draft, KeptKind};

const LAST: &str = "~";

async fn ask(process: &Process, token: &str, line: &str, body: &str) -> crate::testing::Answer {
    send(&process.router, line, &[("authorization", &bearer(token))], body).await
}

async fn changes(process: &Process, path: Option<&str>) -> Vec<Changed> {
    process.access.changes((LAST, path), 100).await.unwrap()
}

fn line(change: &Changed) -> String {
    format!("{} {} {}", change.asked.actor.name, change.asked.method, change.asked.path)
}

#[test]
fn every_statement_is_one_of_both_engines() {
    for bed in beds() {
        kassa_db::testing::prepare_all(&bed.process().db, &OF_ACCESS.statements()).unwrap();
    }
}

#[tokio::test]
async fn keys_and_sites_by_whoever_changed_them() {
    for bed in beds() {
        let process = bed.process();
        let made = ask(&process, TOKEN, "POST /v1/admin/keys", r#"{"name":"Anna","scopes":["admin"]}"#).await;
        let (id, key) = (made.body["id"].as_str().unwrap(), made.body["key"].as_str().unwrap());
        assert_eq!(ask(&process, key, "POST /v1/admin/sites", r#"{"id":"blog"}"#).await.status, 201);
        assert_eq!(ask(&process, key, "POST /v1/admin/sites", r#"{"id":"blog"}"#).await.status, 409);
        let write_key = ask(&process, key, "POST /v1/admin/sites/blog/keys", "").await;
        let write_key = write_key.body["key"].as_str().unwrap();
        let revoke = format!("/v1/admin/sites/blog/keys/{write_key}");
        assert_eq!(ask(&process, key, &format!("DELETE {revoke}"), "").await.status, 204);
        assert_eq!(ask(&process, key, &format!("DELETE {revoke}"), "").await.status, 404);
        let end = format!("/v1/admin/keys/{id}");
        assert_eq!(ask(&process, TOKEN, &format!("DELETE {end}"), "").await.status, 204);

        let all = changes(&process, None).await;
        let expected = [
            format!("admin DELETE {end}"),
            format!("Anna DELETE {revoke}"),
            "Anna POST /v1/admin/sites/blog/keys".to_owned(),
            "Anna POST /v1/admin/sites".to_owned(),
            "admin POST /v1/admin/keys".to_owned(),
        ];
        assert_eq!(all.iter().map(line).collect::<Vec<_>>(), expected, "{}", bed.name);
        let texts = format!("{all:?}");
        assert!(!texts.contains(key), "no secret: {texts}");
        assert!(all[0].difference.before.as_ref().unwrap().contains("Anna"), "{texts}");
        assert_eq!(all[0].difference.after, None);
        assert_eq!(changes(&process, Some("/v1/admin/sites/blog")).await.len(), 2);
    }
}

#[tokio::test]
async fn what_is_kept_for_reports_but_not_what_somebody_has_alone() {
    for bed in beds() {
        let process = bed.process();
        let draft = |owner: Option<&str>, days: i64| Draft {
            owner: owner.map(str::to_owned),
            name: "Office".to_owned(),
            body: json!({ "days": days, "network": "10.0.0.0/8" }).as_object().cloned().unwrap(),
        };
        let access = &process.access;
        let rule = access.keep("default", KeptKind::Rule, draft(None, 1), "admin").await.unwrap();
        let rule = access.change_kept(&rule, draft(None, 2), "admin", None).await.unwrap();
        assert!(
            access.change_kept(&rule, draft(None, 3), "admin", Some(1)).await.is_err(),
            "another version"
        );
        access.remove_kept(&rule, "admin").await.unwrap();
        access.keep("default", KeptKind::Segment, draft(Some("admin"), 1), "admin").await.unwrap();
        access.keep("default", KeptKind::Annotation, draft(None, 1), "kassa").await.unwrap();

        let all = changes(&process, None).await;
        let path = format!("/v1/rules/{}", rule.id);
        let expected =
            [format!("admin DELETE {path}"), format!("admin PUT {path}"), "admin POST /v1/rules".to_owned()];
        assert_eq!(all.iter().map(line).collect::<Vec<_>>(), expected, "{}", bed.name);
        let changed = &all[1].difference;
        assert_eq!(changed.before.as_deref(), Some(r#"{"body":{"days":1}}"#));
        assert_eq!(changed.after.as_deref(), Some(r#"{"body":{"days":2}}"#));
    }
}

#[tokio::test]
async fn what_is_in_no_database_is_noted_once_it_is_done() {
    for bed in beds() {
        let process = bed.process();
        let of = |caller| Asked::of(&caller, ("POST", "/v1/admin/dead-letters/replay"), &json!({"id": "a"}));
        let became = || (Value::Null, json!({"sent": 2}));
        process.access.note_change(of(Caller::Admin), became()).await.unwrap();
        process.access.note_change(of(Caller::Open), became()).await.unwrap();
        let all = changes(&process, Some("/v1/admin/dead-letters")).await;
        assert_eq!(all.iter().map(line).collect::<Vec<_>>(), ["admin POST /v1/admin/dead-letters/replay"]);
        assert_eq!(all[0].asked.body, r#"{"id":"a"}"#, "{}", bed.name);
        assert_eq!(all[0].difference.after.as_deref(), Some(r#"{"sent":2}"#), "{}", bed.name);
    }
}
