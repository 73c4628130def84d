//! What is kept for reports, on both engines: versions, who and when, limits, and what links are let in.

use std::sync::atomic::Ordering;

use kassa_model::MICROS_PER_SECOND;
use serde_json::{Map, Value, json};

use crate::password::tests::CHECKED;
use crate::testing::{TOKEN, bearer, beds, send, until};
use crate::{Access, Draft, KeptKind, ManageError, ShareDraft};

fn draft(name: &str, body: Value) -> Draft {
    let body: Map<String, Value> = body.as_object().cloned().unwrap_or_default();
    Draft { owner: None, name: name.to_owned(), body }
}

fn share(body: Value, password: Option<&str>) -> ShareDraft {
    ShareDraft { draft: draft("Agency", body), password: Some(password.map(str::to_owned)) }
}

async fn session(router: &axum::Router, token: &str) -> crate::testing::Answer {
    send(router, "GET /v1/session", &[("authorization", &bearer(token))], "").await
}

#[tokio::test]
async fn every_version_is_kept_with_who_and_when() {
    for bed in beds() {
        let process = bed.process();
        let access = &process.access;
        let made = access.keep("default", KeptKind::Segment, draft("Germany", json!({"n":1})), "admin");
        let made = made.await.unwrap();
        assert_eq!((made.version, made.created_by.as_str()), (1, "admin"), "{}", bed.name);
        process.clock.advance(MICROS_PER_SECOND);
        let changed =
            access.change_kept(&made, draft("Deutschland", json!({"n":2})), "key:k", Some(1)).await.unwrap();
        assert_eq!((changed.version, changed.name.as_str()), (2, "Deutschland"));
        assert_eq!(changed.created_by, "admin");
        assert!(changed.changed_at > changed.created_at);
        let late = access.change_kept(&made, draft("Other", json!({})), "admin", Some(1)).await;
        assert!(matches!(late, Err(ManageError::Conflict(_))), "{late:?}");
        access.remove_kept(&changed, "admin").await.unwrap();
        assert!(access.kept("default", KeptKind::Segment).is_empty());
        let again = access.remove_kept(&changed, "admin").await;
        assert!(matches!(again, Err(ManageError::Unknown(_))), "{again:?}");
        let versions = access.kept_versions(KeptKind::Segment, &made.id).await.unwrap();
        let told: Vec<_> =
            versions.iter().map(|v| (v.version, v.body.as_ref().map(|b| b["n"].clone()))).collect();
        assert_eq!(told, [(3, None), (2, Some(json!(2))), (1, Some(json!(1)))]);
        assert_eq!(versions[1].changed_by, "key:k");
        assert!(access.kept_versions(KeptKind::Goal, &made.id).await.unwrap().is_empty(), "of another kind");
    }
}

#[tokio::test]
async fn other_processes_know_within_seconds_and_an_outage_forgets_nothing() {
    for bed in beds() {
        let (one, other) = (bed.process(), bed.process());
        let made =
            one.access.keep("default", KeptKind::Goal, draft("Signup", json!({})), "admin").await.unwrap();
        other.access.attached().unwrap().wake();
        until("the other process knows the goal", || {
            other.access.kept_by_id(KeptKind::Goal, &made.id).is_some()
        })
        .await;
        let taken = other.access.keep("default", KeptKind::Goal, draft("Signup", json!({})), "admin").await;
        assert!(matches!(taken, Err(ManageError::Conflict(_))), "{taken:?}");
    }
}

#[tokio::test]
async fn a_link_is_known_by_its_token_alone_and_ends_at_once() {
    for bed in beds() {
        let process = bed.process();
        let access = &process.access;
        let end = crate::testing::noon().plus_micros(3_600 * MICROS_PER_SECOND).to_string();
        let body = json!({"panels":["pages"],"expires_at":end});
        let (link, token) = access.create_share("default", share(body, None), "admin").await.unwrap();
        let told = session(&process.router, &token).await;
        assert_eq!(told.status, 200, "{told:?}");
        assert_eq!(told.body["caller"], "share");
        assert_eq!(told.body["share"]["site_id"], "default");
        assert_eq!(told.body["share"]["panels"], json!(["pages"]));
        assert!(link.used.load(Ordering::Relaxed) > 0 && link.last_used_at().is_some());
        // It opens nothing else, and who guesses at links locks nobody out.
        let headers = bearer(&token);
        let keys = send(&process.router, "GET /v1/admin/keys", &[("authorization", &headers)], "").await;
        assert_eq!(keys.status, 403);
        for n in 0..30 {
            assert_eq!(session(&process.router, &format!("kl_{n}")).await.status, 401);
        }
        let log_in = json!({"token": TOKEN}).to_string();
        assert_eq!(send(&process.router, "POST /v1/session", &[], &log_in).await.status, 200);
        process.clock.advance(3_600 * MICROS_PER_SECOND);
        assert_eq!(session(&process.router, &token).await.status, 401, "it has ended");
        access
            .change_share(
                &link,
                ShareDraft { draft: draft("Agency", json!({})), password: None },
                "admin",
                None,
            )
            .await
            .unwrap();
        assert_eq!(session(&process.router, &token).await.status, 200, "it has no end any more");
        access.remove_kept(&link, "admin").await.unwrap();
        assert_eq!(session(&process.router, &token).await.status, 401, "revoked");
    }
}

#[tokio::test]
async fn a_password_is_changed_for_a_token_and_guessed_ten_times() {
    for bed in beds() {
        let process = bed.process();
        let access = &process.access;
        let (link, token) =
            access.create_share("default", share(json!({}), Some("sesame")), "admin").await.unwrap();
        let told = session(&process.router, &token).await;
        assert_eq!(told.body["share"], json!({"password_required":true}), "{told:?}");
        assert_eq!(told.body["signed_in"], json!(false));
        let open = async |password: &str| {
            let body = json!({"token": token, "password": password}).to_string();
            send(&process.router, "POST /v1/shares/open", &[], &body).await
        };
        let opened = open("sesame").await;
        assert_eq!(opened.status, 200, "{opened:?}");
        let proof = opened.body["token"].as_str().unwrap().to_owned();
        assert_eq!(session(&process.router, &proof).await.body["signed_in"], json!(true));
        for forged in
            [proof.replace("kp_", "kp_0"), format!("{proof}0"), "kp_".to_owned(), "kp_a.b.c".to_owned()]
        {
            assert_eq!(session(&process.router, &forged).await.status, 401, "{forged}");
        }
        // Nine wrong ones, and a right one in between, which forgives none.
        for n in 1..=9 {
            assert_eq!(open("barley").await.status, 401, "{n}");
        }
        assert_eq!(open("sesame").await.status, 200);
        assert_eq!(open("barley").await.status, 401);
        assert_eq!(open("sesame").await.status, 429, "{}", bed.name);
        process.clock.advance(15 * 60 * MICROS_PER_SECOND);
        assert_eq!(open("sesame").await.status, 200);
        // Another password ends what the old one opened.
        let again =
            ShareDraft { draft: draft("Agency", json!({})), password: Some(Some("other".to_owned())) };
        access.change_share(&link, again, "admin", None).await.unwrap();
        assert_eq!(session(&process.router, &proof).await.status, 401);
        process.clock.advance(12 * 3_600 * MICROS_PER_SECOND);
    }
}

/// To look at a password takes long on purpose: a crowd from one address gets no more looks than it has guesses.
#[tokio::test]
async fn a_crowd_of_guesses_is_not_looked_at() {
    for bed in beds() {
        let process = bed.process();
        let made = process.access.create_share("default", share(json!({}), Some("sesame")), "admin").await;
        let body = json!({"token": made.unwrap().1, "password": "barley"}).to_string();
        let before = CHECKED.load(Ordering::Relaxed);
        let mut crowd = tokio::task::JoinSet::new();
        for _ in 0..200 {
            let (router, body) = (process.router.clone(), body.clone());
            crowd.spawn(async move { send(&router, "POST /v1/shares/open", &[], &body).await.status });
        }
        let answers = crowd.join_all().await;
        assert_eq!(answers.iter().filter(|status| **status == 401).count(), 10, "{}", bed.name);
        // Other tests check some, too.
        let checked = CHECKED.load(Ordering::Relaxed) - before;
        assert!(checked < 100, "{checked} of {}", answers.len());
    }
}

#[tokio::test]
async fn without_a_database_nothing_is_kept() {
    let options = crate::testing::options();
    let access = Access::open(&options, crate::Mode::Closed, tempfile::tempdir().unwrap().path()).unwrap();
    let kept = access.keep("default", KeptKind::Goal, draft("Signup", json!({})), "admin").await;
    assert!(matches!(kept, Err(ManageError::NoDatabase)), "{kept:?}");
}
