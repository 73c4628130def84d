//! Nothing is sent to an address that was not judged: not by its name, not by another spelling, not when the name changes its mind.

use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::http::HeaderMap;
use bytes::Bytes;
use kassa_model::{Clock, SystemClock};

use super::super::client::{Client, Failure, Posted};
use super::super::connect::{Judge, Reach};
use super::super::resolve::{Resolve, System};
use super::super::testing::{Does, Server};
use super::super::trust::Trust;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// Knows a name by answers in turn, the last one for ever.
#[derive(Debug, Default)]
struct Fickle {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Fickle {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parsed = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(parsed).collect()),
            asked: AtomicUsize::new(0),
        })
    }
}

#[async_trait]
impl Resolve for Fickle {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        Ok(if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() })
    }
}

/// As if 127.0.0.2 were of the public internet, and nothing else.
const ONE_IS_PUBLIC: Judge = |address| (address.to_string() != "127.0.0.2").then_some("private");

fn client(resolver: Arc<dyn Resolve>, judge: Judge) -> Client {
    Client::new((resolver, judge), &Trust::default(), Duration::from_secs(5))
}

async fn post(client: &Client, url: String) -> Posted {
    client.post(url.parse().unwrap(), HeaderMap::new(), Bytes::from_static(b"{}"), SystemClock.now()).await
}

fn is_refused(posted: &Posted) -> bool {
    matches!(posted, Posted::Failed { why: Failure::Refused, .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_changes_its_mind_leads_nowhere_else() {
    // Each answers and ends its connection, so that every request asks for the name anew.
    let public = Server::start_at("127.0.0.2:0", Does::Ends(OK.to_owned())).await;
    let port = public.address.port();
    let private = Server::start_at(&format!("127.0.0.1:{port}"), Does::Ends(OK.to_owned())).await;
    let url = || format!("http://shop.example:{port}/");
    let fickle = Fickle::new(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let client = client(Arc::clone(&fickle) as _, ONE_IS_PUBLIC);
    assert!(matches!(post(&client, url()).await, Posted::Answered { .. }));
    // Between judging and connecting nobody has asked again.
    assert_eq!((fickle.asked.load(Ordering::SeqCst), public.taken().len()), (1, 1));
    tokio::time::sleep(Duration::from_millis(50)).await;
    for asked in 2..5 {
        assert!(is_refused(&post(&client, url()).await));
        assert_eq!(fickle.asked.load(Ordering::SeqCst), asked);
    }
    assert_eq!((public.connections(), private.connections()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_private_address_among_others_refuses_them_all() {
    let public = Server::start_at("127.0.0.2:0", Does::Answers(OK.to_owned())).await;
    let url = format!("http://shop.example:{}/", public.address.port());
    for answer in [["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "127.0.0.2"]] {
        let posted = post(&client(Fickle::new(&[&answer]), ONE_IS_PUBLIC), url.clone()).await;
        let Posted::Failed { why: Failure::Refused, text } = posted else { panic!("{posted:?}") };
        assert!(text.contains("127.0.0.1 is private: nothing is sent there"), "{text}");
    }
    assert_eq!(public.connections(), 0);
    let nothing = post(&client(Fickle::new(&[&[]]), ONE_IS_PUBLIC), url).await;
    assert!(matches!(nothing, Posted::Failed { why: Failure::Unreachable, .. }));
}

/// The system's own names and every spelling of this machine, by the judge that kassa has.
#[tokio::test(flavor = "multi_thread")]
async fn this_machine_is_reached_by_no_spelling() {
    let server = Server::start(Does::Answers(OK.to_owned())).await;
    let port = server.address.port();
    let client = client(Arc::new(System), Reach::Public.judge());
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"] {
        assert!(is_refused(&post(&client, format!("http://{host}:{port}/")).await), "{host}");
        assert!(is_refused(&post(&client, format!("https://{host}:{port}/")).await), "{host} by https");
    }
    // Whether these are an address is the resolver's affair; none gets through.
    for host in
        ["localhost.", "2130706433", "0x7f000001", "017700000001", "127.1", "0", "0.0.0.0", "169.254.169.254"]
    {
        let posted = post(&client, format!("http://{host}:{port}/")).await;
        assert!(matches!(posted, Posted::Failed { .. }), "{host}: {posted:?}");
    }
    assert_eq!(server.connections(), 0);
}
