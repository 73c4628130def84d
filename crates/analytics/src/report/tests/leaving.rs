//! Over a real connection: a question whose caller goes away, or that takes too long, is given up wherever it is asked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use kassa_eventstore::export::Line;
use kassa_eventstore::memory::MemoryStore;
use kassa_eventstore::query::{EventFilter, Query, Table};
use kassa_eventstore::{
    Batch, CountKey, DeadLetter, DeadLetterFilter, Error, EventStore, Forget, InsertError, Lookup, Mark,
    Owned, Resume, Resumed, Row, StoreStatus,
};
use kassa_model::Timestamp;
use kassa_service::http::{Options, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

use super::support::World;

/// A store that never answers a question, and counts those that are still asked.
#[derive(Debug, Default)]
struct Silent {
    inner: MemoryStore,
    asked: AtomicUsize,
    waiting: AtomicUsize,
}

impl Silent {
    async fn never<T>(&self) -> Result<T, Error> {
        struct Left<'a>(&'a AtomicUsize);
        impl Drop for Left<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(1, Ordering::SeqCst);
            }
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _left = Left(&self.waiting);
        self.asked.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }
}

#[async_trait]
impl EventStore for Silent {
    async fn insert(&self, batch: Batch) -> Result<(), InsertError> {
        self.inner.insert(batch).await
    }
    async fn resume(&self, ask: Resume, send: Box<dyn FnMut(Resumed) + Send>) -> Result<(), Error> {
        self.inner.resume(ask, send).await
    }
    async fn marks(&self) -> Result<BTreeMap<u32, Mark>, Error> {
        self.inner.marks().await
    }
    async fn owned(&self) -> Result<Owned, Error> {
        self.inner.owned().await
    }
    async fn set_shop_id(&self, shop_id: Uuid) -> Result<(), Error> {
        self.inner.set_shop_id(shop_id).await
    }
    async fn seen(
        &self,
        partition: u32,
        lookups: Vec<Lookup>,
        within: std::ops::Range<Timestamp>,
    ) -> Result<Vec<Option<i64>>, Error> {
        self.inner.seen(partition, lookups, within).await
    }
    async fn query(&self, _query: &Query) -> Result<Table, Error> {
        self.never().await
    }
    async fn events(&self, _filter: &EventFilter) -> Result<Vec<Row>, Error> {
        self.never().await
    }
    async fn export_parts(&self, _filter: &EventFilter) -> Result<Vec<EventFilter>, Error> {
        self.never().await
    }
    async fn export(&self, _part: &EventFilter, _line: Line) -> Result<String, Error> {
        self.never().await
    }
    async fn dead_letters(&self, _filter: &DeadLetterFilter) -> Result<Vec<DeadLetter>, Error> {
        self.never().await
    }
    async fn counts(&self) -> Result<BTreeMap<CountKey<String>, u64>, Error> {
        self.never().await
    }
    async fn forget(&self, what: &Forget) -> Result<u64, Error> {
        self.inner.forget(what).await
    }
    async fn status(&self) -> Result<StoreStatus, Error> {
        self.inner.status().await
    }
    async fn fingerprint(&self) -> Result<String, Error> {
        self.inner.fingerprint().await
    }
}

const QUERY: &str = r#"{"site_id":"shop","metrics":["visitors"],"date_range":"7d"}"#;

fn requests() -> Vec<String> {
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let mut requests: Vec<String> = [
        "/stats?site_id=shop",
        "/events",
        "/v1/events?site_id=shop",
        "/v1/export?site_id=shop",
        "/v1/realtime?site_id=shop",
        "/v1/admin/dead-letters",
        "/v1/admin/dead-letters/x",
        "/v1/admin/counts",
    ]
    .map(get)
    .to_vec();
    let head = "host: localhost\r\ncontent-type: application/json";
    requests
        .push(format!("POST /v1/query HTTP/1.1\r\n{head}\r\ncontent-length: {}\r\n\r\n{QUERY}", QUERY.len()));
    requests
}

async fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_ends_when_its_caller_has_gone() {
    let store = Arc::new(Silent::default());
    let world = World::over(Arc::clone(&store) as Arc<dyn EventStore>);
    let listen = vec!["127.0.0.1:0".parse().unwrap()];
    let server = Server::bind(Options { listen, ..Options::default() }).unwrap();
    let address = server.local_address();
    let serving = tokio::spawn(server.run(world.router.clone(), world.shutdown.clone()));
    for (number, request) in requests().iter().enumerate() {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        wait_until(&format!("{request} asks the store"), || store.asked.load(Ordering::SeqCst) > number)
            .await;
        assert_eq!(store.waiting.load(Ordering::SeqCst), 1);
        drop(stream);
        let gone = || store.waiting.load(Ordering::SeqCst) == 0;
        wait_until(&format!("{request} goes on though nobody waits"), gone).await;
    }
    world.shutdown.trigger();
    serving.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_ends_when_its_time_is_up() {
    let store = Arc::new(Silent::default());
    let world = World::quick(Arc::clone(&store) as Arc<dyn EventStore>, Duration::from_millis(60));
    let listen = vec!["127.0.0.1:0".parse().unwrap()];
    let server = Server::bind(Options { listen, ..Options::default() }).unwrap();
    let address = server.local_address();
    let serving = tokio::spawn(server.run(world.router.clone(), world.shutdown.clone()));
    for request in requests() {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = vec![0; 1_024];
        let read = stream.read(&mut answer);
        let read = tokio::time::timeout(Duration::from_secs(20), read).await.expect("an answer").unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]);
        assert!(answer.starts_with("HTTP/1.1 504"), "{request}: {answer}");
        assert_eq!(store.waiting.load(Ordering::SeqCst), 0);
    }
    world.shutdown.trigger();
    serving.await.unwrap().unwrap();
}
