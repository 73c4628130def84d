//! The breaker by the clock: when it opens, when it probes, when it closes.

use kassa_model::{ManualClock, Timestamp};

use super::*;

const SECOND: i64 = 1_000_000;

fn breaker() -> (Arc<ManualClock>, Breaker) {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_700_000_000 * SECOND)));
    let breaker = Breaker::new("inventory", Arc::clone(&clock) as Arc<dyn Clock>, Options::default());
    (clock, breaker)
}

fn call(breaker: &Breaker, good: bool) -> bool {
    match breaker.permit() {
        Ok(permit) if good => permit.succeeded(),
        Ok(permit) => permit.failed(),
        Err(_) => return false,
    }
    true
}

/// `calls`: `.` succeeds, `x` fails, a digit waits so many seconds.
fn check(calls: &str, expected: State) {
    let (clock, breaker) = breaker();
    for call_or_wait in calls.chars() {
        match call_or_wait.to_digit(10) {
            Some(seconds) => clock.advance(i64::from(seconds) * SECOND),
            None => {
                call(&breaker, call_or_wait == '.');
            }
        }
    }
    assert_eq!(breaker.state(), expected, "{calls}");
}

#[test]
fn opens_at_half_of_twenty_calls() {
    check("xxxxxxxxxxxxxxxxxxx", State::Closed);
    check("xxxxxxxxxxxxxxxxxxxx", State::Open);
    check("..........xxxxxxxxxx", State::Open);
    check("...........xxxxxxxxx", State::Closed);
    // The second half of the failures comes when the first ten have left the window.
    check("xxxxxxxxxx91xxxxxxxxxx", State::Closed);
    check("xxxxxxxxxx9xxxxxxxxxx", State::Open);
    // A success never opens it, even when it is the twentieth call.
    check("xxxxxxxxxxxxxxxxxxx.", State::Closed);
}

#[test]
fn probes_after_five_seconds_and_closes_when_they_succeed() {
    const OPEN: &str = "xxxxxxxxxxxxxxxxxxxx";
    check(&format!("{OPEN}4"), State::Open);
    check(&format!("{OPEN}5"), State::HalfOpen);
    check(&format!("{OPEN}5...."), State::HalfOpen);
    check(&format!("{OPEN}5....."), State::Closed);
    check(&format!("{OPEN}5....x"), State::Open);
    check(&format!("{OPEN}5....x5....."), State::Closed);
    // What failed before is forgotten.
    check(&format!("{OPEN}5.....xxxxxxxxxxxxxxxxxxx"), State::Closed);
}

#[test]
fn lets_five_probes_through_at_a_time() {
    let (clock, breaker) = breaker();
    while call(&breaker, false) {}
    clock.advance(5 * SECOND);
    let mut probes: Vec<_> = (0..5).map(|_| breaker.permit().unwrap()).collect();
    assert_eq!(breaker.permit().unwrap_err(), Refused { service: "inventory" });
    // A caller that went away gives its probe back.
    drop(probes.pop());
    probes.push(breaker.permit().unwrap());
    assert!(breaker.permit().is_err());
    probes.into_iter().for_each(Permit::succeeded);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn forgets_calls_that_began_before_the_change() {
    let (clock, breaker) = breaker();
    let late: Vec<_> = (0..10).map(|_| breaker.permit().unwrap()).collect();
    while call(&breaker, false) {}
    clock.advance(5 * SECOND);
    assert_eq!(breaker.state(), State::HalfOpen);
    late.into_iter().for_each(Permit::succeeded);
    assert_eq!(breaker.state(), State::HalfOpen);
}

#[test]
fn a_clock_set_back_does_not_keep_it_open() {
    let (clock, breaker) = breaker();
    while call(&breaker, false) {}
    assert_eq!(breaker.state(), State::Open);
    clock.advance(-3_600 * SECOND);
    assert_eq!(breaker.state(), State::HalfOpen);
}

#[test]
fn tells_since_when_it_stands_so() {
    let (clock, breaker) = breaker();
    let begun = clock.now();
    clock.advance(3 * SECOND);
    call(&breaker, true);
    assert_eq!(breaker.standing(), (State::Closed, begun));
    while call(&breaker, false) {}
    let opened = clock.now();
    clock.advance(4 * SECOND);
    assert_eq!(breaker.standing(), (State::Open, opened));
    clock.advance(SECOND);
    assert_eq!(breaker.standing(), (State::HalfOpen, clock.now()));
}

#[test]
fn shows_its_state() {
    let (_, breaker) = breaker();
    while call(&breaker, false) {}
    let metrics = Metrics::new("0");
    Breaker::export(&metrics, vec![Arc::new(breaker)]);
    let text = metrics.text();
    assert!(text.contains("circuit_breaker_state{service=\"inventory\"} 1"), "{text}");
}
