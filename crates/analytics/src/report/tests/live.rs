//! `GET /v1/realtime` and its stream.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use kassa_eventstore::{Error, EventStore};
use kassa_model::Event;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::spy::Spy;
use super::support::{World, event, view};

#[tokio::test]
async fn what_happens_now() {
    let world = World::open();
    let from = |source: &str, event: Event| Event { source: Some(source.to_owned()), ..event };
    world
        .seed(vec![
            view("/old", 9, "2026-11-20T11:30:59Z"),
            view("/old", 1, "2026-11-20T11:31:00Z"),
            event("click", 1, "2026-11-20T11:31:59Z"),
            // One µs too old to be current, and the first that is.
            view("/a", 2, "2026-11-20T11:55:30Z"),
            from("google", view("/a", 3, "2026-11-20T11:55:30.000001Z")),
            view("/a", 4, "2026-11-20T12:00:30Z"),
            view("/b", 4, "2026-11-20T12:00:00Z"),
            Event { bot: true, ..view("/bot", 5, "2026-11-20T12:00:00Z") },
        ])
        .await;
    let answer = world.get("/v1/realtime?site_id=shop").await;
    assert_eq!(answer.status, 200);
    let now = answer.json();
    assert_eq!(now["site_id"], "shop");
    assert_eq!(now["measured_at"], "2026-11-20T12:00:30Z");
    assert_eq!(now["current_visitors"], 2);
    let minutes = now["minutes"].as_array().unwrap();
    assert_eq!(minutes.len(), 30);
    assert_eq!(
        minutes[0],
        json!({"time": "2026-11-20T11:31:00Z", "visitors": 1, "pageviews": 1, "events": 2})
    );
    assert_eq!(
        minutes[1],
        json!({"time": "2026-11-20T11:32:00Z", "visitors": 0, "pageviews": 0, "events": 0})
    );
    assert_eq!(
        minutes[29],
        json!({"time": "2026-11-20T12:00:00Z", "visitors": 1, "pageviews": 2, "events": 2})
    );
    assert_eq!(
        now["top_pages"],
        json!([{"page": "/a", "visitors": 2, "pageviews": 2}, {"page": "/b", "visitors": 1, "pageviews": 1}])
    );
    let sources = json!([{"source": "google", "visitors": 1}, {"source": "(none)", "visitors": 1}]);
    assert_eq!(now["top_sources"], sources);
}

#[tokio::test]
async fn who_has_been_here_for_longer_keeps_a_source() {
    let world = World::open();
    let from = |source: &str, event: Event| Event { source: Some(source.to_owned()), ..event };
    world
        .seed(vec![
            from("google", view("/in", 1, "2026-11-20T11:30:00Z")),
            view("/a", 1, "2026-11-20T11:50:00Z"),
            view("/b", 1, "2026-11-20T11:59:00Z"),
        ])
        .await;
    let now = world.get("/v1/realtime?site_id=shop").await.json();
    assert_eq!(now["top_sources"], json!([{"source": "google", "visitors": 1}]));
}

/// One open stream.
struct Stream(Body, String);

impl Stream {
    async fn open(world: &World, site: &str) -> Self {
        let request =
            Request::get(format!("/v1/realtime/stream?site_id={site}")).body(Body::empty()).unwrap();
        let response = world.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self(response.into_body(), String::new())
    }

    /// The next event's data; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some((event, rest)) = self.1.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.1 = rest;
                let data = event.lines().find_map(|line| line.strip_prefix("data: "));
                match data {
                    Some(data) => return Some(serde_json::from_str(data).unwrap()),
                    None => continue,
                }
            }
            let frame = tokio::time::timeout(Duration::from_secs(10), self.0.frame())
                .await
                .expect("an event in time")?;
            self.1.push_str(std::str::from_utf8(frame.unwrap().data_ref().unwrap()).unwrap());
        }
    }
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn a_stream_tells_news_and_ends_when_nobody_watches() {
    let world = World::open();
    let mut one = Stream::open(&world, "shop").await;
    assert_eq!(one.next().await.unwrap()["current_visitors"], 0);
    world.seed(vec![view("/a", 1, "2026-11-20T12:00:00Z")]).await;
    assert_eq!(one.next().await.unwrap()["current_visitors"], 1);
    // A later watcher gets at once what is known, and both share one measuring task.
    let mut two = Stream::open(&world, "shop").await;
    assert_eq!(two.next().await.unwrap()["current_visitors"], 1);
    assert_eq!((world.reports.hub.sites_watched(), world.reports.hub.watchers()), (1, 2));
    let mut other = Stream::open(&world, "berlin").await;
    assert_eq!(other.next().await.unwrap()["current_visitors"], 0);
    assert_eq!(world.reports.hub.sites_watched(), 2);
    // As many as may: one more is refused, until one goes.
    let refused = world.get("/v1/realtime/stream?site_id=shop").await;
    assert_eq!(refused.status, 503);
    assert!(refused.headers.contains_key("retry-after"));
    drop(one);
    until("the seat is given back", || world.reports.hub.watchers() == 2).await;
    drop(two);
    until("the task of shop ends", || world.reports.hub.sites_watched() == 1).await;
    drop(other);
    until("the task of berlin ends", || world.reports.hub.sites_watched() == 0).await;
    let mut again = Stream::open(&world, "shop").await;
    assert_eq!(again.next().await.unwrap()["current_visitors"], 1);
    // Time passes without an event: the visitor is no longer current.
    world.clock.advance(6 * 60 * 1_000_000);
    loop {
        let news = again.next().await.unwrap();
        if news["current_visitors"] == 0 {
            break;
        }
    }
}

#[tokio::test]
async fn streams_end_at_shutdown() {
    let world = World::open();
    let mut stream = Stream::open(&world, "shop").await;
    assert!(stream.next().await.is_some());
    world.shutdown.trigger();
    assert!(stream.next().await.is_none());
    until("the task ends", || world.reports.hub.sites_watched() == 0).await;
}

#[tokio::test]
async fn a_site_is_measured_once_however_many_watch() {
    let measured = async |watchers: usize| {
        let store = Arc::new(Spy::default());
        let world = World::over(Arc::clone(&store) as Arc<dyn EventStore>);
        let mut streams = Vec::new();
        for _ in 0..watchers {
            streams.push(Stream::open(&world, "shop").await);
        }
        for stream in &mut streams {
            assert!(stream.next().await.is_some());
        }
        let start = (Instant::now(), store.queries.load(Ordering::SeqCst));
        until("some measurements", || store.queries.load(Ordering::SeqCst) > start.1 + 40).await;
        // Four queries a measurement, one measurement every 5 ms at most.
        let most = start.0.elapsed().as_millis() as usize / 5 + 2;
        let made = (store.queries.load(Ordering::SeqCst) - start.1) / 4;
        assert!(made <= most, "{made} measurements where one task makes at most {most}");
    };
    measured(1).await;
    measured(3).await;
}

#[tokio::test]
async fn a_stream_outlives_a_store_that_fails() {
    let store = Arc::new(Spy::default());
    let world = World::over(Arc::clone(&store) as Arc<dyn EventStore>);
    let mut stream = Stream::open(&world, "shop").await;
    assert_eq!(stream.next().await.unwrap()["current_visitors"], 0);
    store.fail(Some(|| Error::Unavailable("pulled".to_owned())));
    assert_eq!(world.get("/v1/realtime?site_id=shop").await.status, 503);
    world.seed(vec![view("/a", 1, "2026-11-20T12:00:00Z")]).await;
    store.fail(None);
    assert_eq!(stream.next().await.unwrap()["current_visitors"], 1);
}

#[tokio::test]
async fn a_new_watcher_is_told_nothing_old() {
    let store = Arc::new(Spy::default());
    let world = World::over(Arc::clone(&store) as Arc<dyn EventStore>);
    let mut one = Stream::open(&world, "shop").await;
    assert_eq!(one.next().await.unwrap()["current_visitors"], 0);
    store.fail(Some(|| Error::Unavailable("pulled".to_owned())));
    until("what was measured is let go of", || world.reports.hub.newest("shop").is_none()).await;
    world.seed(vec![view("/a", 1, "2026-11-20T12:00:00Z")]).await;
    let mut two = Stream::open(&world, "shop").await;
    store.fail(None);
    assert_eq!(two.next().await.unwrap()["current_visitors"], 1);
    assert_eq!(one.next().await.unwrap()["current_visitors"], 1);
}
