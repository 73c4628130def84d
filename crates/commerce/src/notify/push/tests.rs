//! The stream: what it sends, where it goes on, and when it ends.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use bytes::Bytes;
use http_body_util::BodyExt;
use kassa_db::testing::{Folder, prepare_all};
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::{LocalLog, Options, StreamOptions};
use kassa_eventlog::{EventLog, Record, Stream as LogStream};
use kassa_model::{RouteKey, SystemClock};
use kassa_service::{Metrics, Shutdown};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::http::routes;
use super::store;
use super::streams::Streams;
use crate::notify::delivery::{Channel, NewDelivery};
use crate::testing::Bed;

/// A shop with a log, and its stream.
struct World {
    bed: Bed,
    log: Arc<LocalLog>,
    streams: Arc<Streams>,
    shutdown: Shutdown,
    _folder: Folder,
}

impl World {
    fn over(bed: Bed, last: Duration) -> Self {
        let folder = Folder::new();
        let orders = StreamOptions { partitions: 2, groups: Vec::new() };
        let options = Options { reserve_bytes: 0, orders, ..Options::new(folder.path().join("log")) };
        let log = Arc::new(LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap());
        let shutdown = Shutdown::new();
        let ports = (Arc::clone(&bed.shop), Arc::clone(&log) as Arc<dyn EventLog>);
        let streams = Arc::new(Streams::new(ports, shutdown.clone(), last, &Metrics::new("test")));
        Self { bed, log, streams, shutdown, _folder: folder }
    }

    fn each() -> Vec<Self> {
        Bed::each().into_iter().map(|bed| Self::over(bed, Duration::from_secs(60))).collect()
    }

    /// Something happens to the order `number`.
    async fn happens(&self, number: i64, kind: &str, more: Value) {
        let mut event = json!({"id": format!("o-{number}:1"), "type": kind, "order": {"number": number}});
        event.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        let key = RouteKey::given("order", &number.to_string());
        let record = Record { key, payload: Bytes::from(event.to_string()) };
        self.log.append(LogStream::Orders, vec![record]).await.unwrap();
    }

    /// Somebody is told something by name.
    fn tell(&self, name: &str, text: &str) {
        let payload = json!({"message": text, "recipient": name}).to_string();
        let new = NewDelivery {
            event_id: format!("n-{text}"),
            event_type: "Notification".to_owned(),
            channel: Channel::Push,
            target: name.to_owned(),
            template: "",
            payload,
            order_id: None,
        };
        let now = self.bed.shop.now();
        self.bed.write(move |tx| {
            let id = crate::notify::store::insert(tx, &new, now)?.unwrap();
            store::put(tx, &id, now)
        });
    }

    async fn ask(&self, query: &str, last: Option<&str>) -> axum::response::Response {
        let mut request = Request::get(format!("/v1/notifications/stream{query}"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let router = routes(Arc::clone(&self.streams)).into_router();
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn open(&self, query: &str, last: Option<&str>) -> Listener {
        let response = self.ask(query, last).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Listener(response.into_body(), String::new())
    }
}

/// An open stream.
struct Listener(Body, String);

/// What came: its id, its name, its data.
#[derive(Debug)]
struct Heard {
    id: String,
    event: String,
    data: Value,
}

impl Listener {
    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some((event, rest)) = self.1.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.1 = rest;
                let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                if let (Some(id), Some(name), Some(data)) = (line("id: "), line("event: "), line("data: ")) {
                    let data = serde_json::from_str(data).unwrap();
                    return Some(Heard { id: id.to_owned(), event: name.to_owned(), data });
                }
                continue;
            }
            let frame = tokio::time::timeout(Duration::from_secs(20), self.0.frame());
            let frame = frame.await.expect("an event in time")?;
            self.1.push_str(std::str::from_utf8(frame.unwrap().data_ref().unwrap()).unwrap());
        }
    }

    /// The next `count`, by the number of the order or the message.
    async fn take(&mut self, count: usize) -> Vec<String> {
        let mut heard = Vec::new();
        for _ in 0..count {
            let next = self.next().await.unwrap();
            let order = next.data["order"]["number"].as_i64().map(|number| number.to_string());
            heard.push(order.unwrap_or_else(|| next.data["message"].as_str().unwrap().to_owned()));
        }
        heard.sort();
        heard
    }
}

#[test]
fn statements_run_on_both_engines() {
    for bed in Bed::each() {
        prepare_all(&bed.db, store::ALL).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_hears_what_happens_from_then_on() {
    for world in World::each() {
        world.happens(1, "OrderConfirmed", json!({})).await;
        world.tell("ann", "before");
        let mut all = world.open("", None).await;
        let mut some = world.open("?types=OrderPaid,Notification&recipient=bob", None).await;
        world.happens(2, "OrderConfirmed", json!({})).await;
        world.happens(3, "OrderPaid", json!({"imported": {"batch": "b"}})).await;
        world.happens(4, "OrderPaid", json!({})).await;
        world.tell("ann", "to ann");
        world.tell("bob", "to bob");
        assert_eq!(all.take(4).await, ["2", "4", "to ann", "to bob"], "{}", world.bed.name);
        assert_eq!(some.take(2).await, ["4", "to bob"], "{}", world.bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_who_comes_back_misses_nothing() {
    for world in World::each() {
        let mut first = world.open("", None).await;
        world.happens(0, "OrderConfirmed", json!({})).await;
        let heard = first.next().await.unwrap();
        assert_eq!((heard.event.as_str(), &heard.data["order"]["number"]), ("OrderConfirmed", &json!(0)));
        drop(first);
        for number in 1..200 {
            world.happens(number, "OrderConfirmed", json!({})).await;
            if number % 10 == 0 {
                world.tell("ann", &format!("m{number}"));
            }
        }
        // Broken off again and again, by header and by query.
        let (mut place, mut all) = (heard.id, Vec::new());
        while all.len() < 199 + 19 {
            let query = format!("?last_event_id={place}");
            let mut listener = match all.len() % 2 {
                0 => world.open("", Some(&place)).await,
                _ => world.open(&query, None).await,
            };
            for _ in 0..31.min(199 + 19 - all.len()) {
                let heard = listener.next().await.unwrap();
                place = heard.id;
                all.push(heard.data["order"]["number"].as_i64().map_or(-1, |number| number));
            }
        }
        all.sort_unstable();
        assert_eq!(all.iter().filter(|number| **number < 0).count(), 19, "{}", world.bed.name);
        assert_eq!(all[19..], (1..200).collect::<Vec<i64>>(), "{}", world.bed.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_is_none_is_refused_and_one_of_another_log_begins_anew() {
    let world = World::over(Bed::sqlite(), Duration::from_secs(60));
    world.happens(1, "OrderConfirmed", json!({})).await;
    for bad in ["", "x", "1", "1@zzzzzzzz", "1@00000000;0", "-1@00000000", "99999999999999999999@00000000"] {
        assert_eq!(world.ask("", Some(bad)).await.status(), 400, "{bad:?}");
    }
    for bad in ["?last_event_id=x", "?types=%20", "?recipient=", "?type=OrderPaid", "?types=a&types=b"] {
        assert_eq!(world.ask(bad, None).await.status(), 400, "{bad}");
    }
    let mut listener = world.open("", Some("0@ffffffff;0:999999;1:3;7:1")).await;
    assert_eq!(listener.take(1).await, ["1"]);
    // Beyond the end of its own log, which has lost what it had: it begins with what there is.
    let place = listener_place(&world).await.replace(";0:", ";0:9999").replace(";1:", ";1:9999");
    let mut listener = world.open("", Some(&place)).await;
    assert_eq!(listener.take(1).await, ["1"]);
}

/// A place at the end.
async fn listener_place(world: &World) -> String {
    let mut listener = world.open("", Some("0@ffffffff")).await;
    listener.next().await.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_counted_and_end() {
    let world = World::over(Bed::sqlite(), Duration::from_millis(700));
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(world.open("", None).await);
    }
    let refused = world.ask("", None).await;
    assert_eq!((refused.status().as_u16(), refused.headers().contains_key("retry-after")), (503, true));
    drop(open);
    let begun = Instant::now();
    let mut one = world.open("", None).await;
    assert!(one.next().await.is_none(), "after its time");
    assert!(begun.elapsed() >= Duration::from_millis(600));
    drop(one);
    let mut one = world.open("", None).await;
    world.shutdown.trigger();
    assert!(one.next().await.is_none(), "at the shutdown");
    drop(one);
    assert_eq!(world.streams.open(), 0);
    world.log.upkeep().unwrap().close();
}
