//! Part n: webhooks to a local target, against a bare hyper client that posts the same bodies to it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::kassa::{Folder, Kassa, Mode, is_success};
use crate::load::{Pace, Plan, Until, send};
use crate::parts::{count, pairs};
use crate::report::{Measured, Report, Target};
use crate::shop::{self, SKUS};

/// Endpoints, all of them at one target; to each a few requests are under way at a time.
const ENDPOINTS: usize = 16;
/// Requests under way at a time.
const AT_ONCE: usize = 64;
/// Orders that everybody is told of: 16 deliveries each.
const ORDERS: u64 = 250;
/// How long deliveries may take to arrive.
const PATIENCE: Duration = Duration::from_secs(120);
/// Webhooks may go to this machine, and wait for its answer until all of them are waiting.
const SETTINGS: &[(&str, &str)] =
    &[("KASSA_WEBHOOKS__ALLOW_PRIVATE", "true"), ("KASSA_WEBHOOKS__TIMEOUT_MS", "14000")];

/// Part n.
pub(crate) fn run(report: &mut Report) -> anyhow::Result<()> {
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for pair in 0..pairs() {
        let target = Receiver::start()?;
        ours.push(delivered(&target, pair)?);
        bare.push(posted(&target)?);
    }
    let ratio: Vec<f64> = ours.iter().zip(&bare).map(|(ours, bare)| ours / bare).collect();
    report.target("deliveries / bare hyper client", Measured::of(&ratio, 2, "×"), Target::AtLeast(0.4));
    report.note("deliveries a second", Measured::of(&ours, 0, "/s"));
    report.note("requests a second, bare hyper client", Measured::of(&bare, 0, "/s"));
    Ok(())
}

/// Deliveries a second: orders are placed while nobody is told of them, and the target answers nothing until all deliveries wait.
fn delivered(target: &Receiver, pair: u64) -> anyhow::Result<f64> {
    let folder = Folder::new("deliveries")?;
    let kassa = Kassa::start_with(Mode::Up, folder.path(), SETTINGS)?;
    let mut client = kassa.client()?;
    shop::fill(&mut client)?;
    for place in 0..ENDPOINTS {
        let url = format!("http://{}/{place}", target.address);
        let body = json!({ "url": url, "event_types": ["OrderConfirmed"] }).to_string();
        let made = client.post("/v1/webhooks", &body)?;
        ensure!(is_success(&made), "an endpoint was answered {}: {}", made.0, made.1);
    }
    kassa.stop()?;
    target.close();
    let orders = count(ORDERS);
    let kassa = Kassa::start_with(Mode::Untold, folder.path(), SETTINGS)?;
    let plan = Plan {
        address: kassa.address,
        connections: AT_ONCE,
        pace: Pace::Closed,
        warm_up: Duration::ZERO,
        until: Until::Sent(orders),
    };
    send(&plan, &mut shop::orders_without_address(pair + 1, SKUS))?.all_taken()?;
    kassa.stop()?;
    let kassa = Kassa::start_with(Mode::Up, folder.path(), SETTINGS)?;
    let all = orders as usize * ENDPOINTS;
    let begin = Instant::now();
    while kassa.metric("kassa_notifier_events_total", "")? < orders as f64 {
        ensure!(begin.elapsed() < PATIENCE, "the news of {orders} orders are not read");
        std::thread::sleep(Duration::from_millis(10));
    }
    target.open();
    while target.taken() < all {
        ensure!(begin.elapsed() < PATIENCE, "only {} of {all} deliveries have arrived", target.taken());
        std::thread::sleep(Duration::from_millis(10));
    }
    let rate = target.rate();
    kassa.stop()?;
    Ok(rate)
}

/// Requests a second that a bare client makes of the bodies that have arrived.
fn posted(target: &Receiver) -> anyhow::Result<f64> {
    let bodies = target.take_bodies();
    let count = bodies.len();
    let waiting = Arc::new(Mutex::new(bodies));
    let uri: hyper::Uri = format!("http://{}/bare", target.address).parse()?;
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let begin = Instant::now();
    target.runtime.block_on(async {
        let one = async || -> anyhow::Result<()> {
            loop {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
                let Some(body) = next else { return Ok(()) };
                let request = Request::post(uri.clone()).header("content-type", "application/json");
                let answer = client.request(request.body(Full::new(body))?).await?;
                ensure!(answer.status() == StatusCode::NO_CONTENT, "answered {}", answer.status());
                answer.into_body().collect().await?;
            }
        };
        let all: Vec<_> = (0..AT_ONCE).map(|_| one()).collect();
        futures_util::future::try_join_all(all).await
    })?;
    Ok(count as f64 / begin.elapsed().as_secs_f64())
}

/// What was taken, and when the last was.
#[derive(Debug, Default)]
struct Taken {
    bodies: Vec<Bytes>,
    last: Option<Instant>,
}

/// A target that takes everything while it is open, since when that is.
#[derive(Debug)]
struct Receiver {
    runtime: Runtime,
    address: SocketAddr,
    open: watch::Sender<Option<Instant>>,
    taken: Arc<Mutex<Taken>>,
}

impl Receiver {
    fn start() -> anyhow::Result<Self> {
        let runtime = Runtime::new()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).context("no port")?;
        let (address, taken) = (listener.local_addr()?, Arc::new(Mutex::new(Taken::default())));
        let open = watch::Sender::new(Some(Instant::now()));
        runtime.spawn(serve(listener, (open.subscribe(), Arc::clone(&taken))));
        Ok(Self { runtime, address, open, taken })
    }

    fn close(&self) {
        self.open.send_replace(None);
    }

    fn open(&self) {
        self.open.send_replace(Some(Instant::now()));
    }

    fn with<T>(&self, look: impl FnOnce(&mut Taken) -> T) -> T {
        look(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn taken(&self) -> usize {
        self.with(|taken| taken.bodies.len())
    }

    fn take_bodies(&self) -> Vec<Bytes> {
        self.with(|taken| std::mem::take(&mut taken.bodies))
    }

    /// A second, from when it was opened to the last.
    fn rate(&self) -> f64 {
        let begin = *self.open.borrow();
        self.with(|taken| {
            let span = begin.zip(taken.last).map_or(0.0, |(begin, last)| (last - begin).as_secs_f64());
            taken.bodies.len() as f64 / span
        })
    }
}

/// Whether it is open, and what was taken.
type Desk = (watch::Receiver<Option<Instant>>, Arc<Mutex<Taken>>);

async fn serve(listener: TcpListener, desk: Desk) {
    while let Ok((stream, _)) = listener.accept().await {
        // It only saves a pause.
        let _ = stream.set_nodelay(true);
        let desk = desk.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, desk.clone()));
            // A client that goes away is no error.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    (mut open, taken): Desk,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    if let Ok(body) = request.into_body().collect().await {
        // It ends with the measurement.
        let _ = open.wait_for(Option::is_some).await;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.bodies.push(body.to_bytes());
        taken.last = Some(Instant::now());
    }
    let mut response = Response::new(Empty::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}
