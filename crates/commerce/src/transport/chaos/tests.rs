//! The switch by its clock and seed, and its faults as a client sees them.

use axum::Router;
use axum::routing::post;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kassa_model::{Clock, ManualClock, Timestamp};
use kassa_service::client::{Call, Client, Sent};
use kassa_service::{Metrics, Protected};

use super::*;

fn chaos(allowed: Allowed) -> (Arc<ManualClock>, Arc<Chaos>) {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_700_000_000_000_000)));
    let chaos = Chaos::new(Arc::clone(&clock) as Arc<dyn Clock>, allowed, 7);
    (clock, Arc::new(chaos))
}

fn faults(latency_ms: u64, crash_rate: f64, partial_failure_rate: f64) -> Faults {
    Faults { latency_ms, crash_rate, partial_failure_rate }
}

#[test]
fn is_refused_where_it_is_not_allowed_or_makes_no_sense() {
    assert_eq!(chaos(Allowed::No).1.set(faults(1, 0.0, 0.0)), Err(Refused::NotAllowed));
    let (_, chaos) = chaos(Allowed::Yes);
    for rate in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        assert_eq!(chaos.set(faults(0, rate, 0.0)), Err(Refused::Rate));
        assert_eq!(chaos.set(faults(0, 0.0, rate)), Err(Refused::Rate));
    }
    assert_eq!(chaos.set(faults(60_001, 0.0, 0.0)), Err(Refused::Latency));
    assert!(!chaos.is_on());
    assert_eq!(chaos.draw(), Disturbance::default());
}

#[test]
fn ends_by_itself() {
    let (clock, chaos) = chaos(Allowed::Yes);
    let until = chaos.set(faults(5_000, 1.0, 0.0)).unwrap();
    assert_eq!(until, clock.now().plus_micros(600_000_000));
    assert!(chaos.draw().crash.is_some());
    clock.advance(599_999_999);
    assert!(chaos.is_on());
    clock.advance(1);
    assert_eq!((chaos.is_on(), chaos.draw()), (false, Disturbance::default()));
    chaos.set(faults(5_000, 1.0, 0.0)).unwrap();
    chaos.clear();
    assert_eq!(chaos.current(), None);
}

#[test]
fn draws_by_the_rates_and_the_seed() {
    let drawn = || {
        let (_, chaos) = chaos(Allowed::Yes);
        chaos.set(faults(0, 0.3, 0.2)).unwrap();
        (0..10_000).map(|_| chaos.draw()).collect::<Vec<_>>()
    };
    let fates = drawn();
    assert_eq!(fates, drawn(), "the same seed gives the same faults");
    let share =
        |which: &dyn Fn(&Disturbance) -> bool| fates.iter().filter(|disturbance| which(disturbance)).count();
    let near = |count: usize, expected: usize| assert!(count.abs_diff(expected) < 200, "{count}, {expected}");
    for crash in [Crash::Internal, Crash::Unavailable, Crash::Dropped] {
        near(share(&|disturbance| disturbance.crash == Some(crash)), 1_000);
    }
    near(share(&|disturbance| disturbance.answer_lost), 1_400);
    assert_eq!(share(&|disturbance| disturbance.answer_lost && disturbance.crash.is_some()), 0);
}

#[test]
fn shows_itself_on_metrics() {
    let (_, chaos) = chaos(Allowed::Yes);
    let metrics = Metrics::new("0");
    export(&chaos, &metrics);
    chaos.set(faults(0, 1.0, 0.0)).unwrap();
    chaos.draw();
    for line in [
        "inventory_chaos_enabled{type=\"crash\"} 1",
        "inventory_chaos_enabled{type=\"latency\"} 0",
        "inventory_chaos_events_total{type=\"crash\"} 1",
    ] {
        assert!(metrics.text().contains(line), "{line} in {}", metrics.text());
    }
}

#[tokio::test]
async fn drops_connections_and_loses_answers() {
    let (_, chaos) = chaos(Allowed::Yes);
    let done = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&done);
    let handler = move || async move { counted.fetch_add(1, Ordering::SeqCst).to_string() };
    let router = Router::new().route("/", post(handler));
    let routes = Protected::behind::<kassa_access::Anyone, ()>((), router);
    let router = wrap(Arc::clone(&chaos), routes, axum::response::IntoResponse::into_response).into_router();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap()), None).unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let send = async || client.send(Call::post("/", &()).unwrap()).await;

    assert!(matches!(send().await, Sent::Answer(_)));
    chaos.set(faults(0, 1.0, 0.0)).unwrap();
    let mut seen = [0; 3];
    for _ in 0..60 {
        match send().await {
            Sent::Answer(answer) if answer.status == 500 => seen[0] += 1,
            Sent::Answer(answer) if answer.status == 503 => seen[1] += 1,
            Sent::Unknown(_) => seen[2] += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(seen.iter().all(|count| *count > 5), "{seen:?}");
    assert_eq!(done.load(Ordering::SeqCst), 1, "a crash comes before the command");

    chaos.set(faults(0, 0.0, 1.0)).unwrap();
    assert!(matches!(send().await, Sent::Unknown(_)));
    assert_eq!(done.load(Ordering::SeqCst), 2, "a lost answer comes after it");
    chaos.set(faults(50, 0.0, 0.0)).unwrap();
    let begun = std::time::Instant::now();
    assert!(matches!(send().await, Sent::Answer(_)));
    assert!(begun.elapsed() >= Duration::from_millis(50));
}
