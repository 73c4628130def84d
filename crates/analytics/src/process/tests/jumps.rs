//! A machine's clock that is set back and ahead: visits are counted as without that, but for those under way at a jump, and
//! a restart changes nothing.

use std::collections::BTreeSet;

use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_eventstore::MemoryStore;
use kassa_model::{MICROS_PER_HOUR, Timestamp};

use crate::process::dedupe::DedupeOptions;
use crate::process::testing::{Runner, START, event, payload, recorded, rows};

const MINUTE: i64 = MICROS_PER_HOUR / 60;
const HOURS: i64 = 96;
const VISITORS: i64 = 5;
/// Each visitor comes every three hours, with an event every ten minutes for an hour.
const VISITS: usize = (VISITORS * HOURS / 3) as usize;
const YEARS: i64 = 2 * 365 * 24;

/// Four days of visits by a clock that is so many hours wrong at an hour.
fn traffic(wrong: fn(i64) -> i64) -> Vec<(Offset, Bytes)> {
    let mut records = Vec::new();
    for minute in (0..HOURS * 60).step_by(10).filter(|minute| minute % 180 <= 60) {
        for visitor in 0..VISITORS {
            let mut event = event(&format!("e-{minute}-{visitor}"));
            event.visitor = Some(visitor);
            event.received_at = Timestamp::from_micros(
                START + wrong(minute / 60) * MICROS_PER_HOUR + (minute + visitor) * MINUTE,
            );
            event.occurred_at = event.received_at;
            records.push((Offset(records.len() as u64 * 7), payload(recorded(event))));
        }
    }
    records
}

/// The visits that are counted, with a restart after each batch and without.
async fn visits(wrong: fn(i64) -> i64) -> usize {
    let records = traffic(wrong);
    let mut counted = Vec::new();
    for restarts in [false, true] {
        let store = MemoryStore::new();
        let mut runner = Runner::start(&store, DedupeOptions::default()).await;
        for batch in records.chunks(40) {
            runner.batch(batch).await;
            if restarts {
                runner.restart().await;
            }
        }
        let (dedupe, sessions) = runner.status();
        assert!(!restarts || dedupe.ids > 0);
        assert!(!dedupe.slower || restarts, "the store is asked for every id");
        assert!(!sessions.shortened);
        let found = rows(&store).await;
        assert_eq!(found.len(), records.len(), "nothing is taken for a duplicate");
        let visits: Vec<_> = found.iter().map(|row| (row.event.visitor, row.event.session)).collect();
        counted.push(visits);
    }
    assert_eq!(counted[0], counted[1], "a restart gives other visits");
    counted[0].iter().collect::<BTreeSet<_>>().len()
}

/// Visits as they should be, and at most one more or less for each visitor and jump: a visit under way is cut, and one that
/// is stamped with the hour of the one before joins it.
async fn check(what: &str, jumps: usize, wrong: fn(i64) -> i64) {
    let found = visits(wrong).await;
    let [least, most] = [VISITS - jumps * VISITORS as usize, VISITS + jumps * VISITORS as usize];
    assert!((least..=most).contains(&found), "{what}: {found} visits, {least} to {most} are right");
}

#[tokio::test]
async fn visits_are_counted_through_jumps_of_the_clock() {
    check("never wrong", 0, |_| 0).await;
    check("back 2 hours", 1, |hour| if hour >= 30 { -2 } else { 0 }).await;
    check("ahead 3 days", 1, |hour| if hour >= 30 { 72 } else { 0 }).await;
    check("ahead 3 days and back", 2, |hour| if (30..40).contains(&hour) { 72 } else { 0 }).await;
    check("ahead 2 years", 1, |hour| if hour >= 30 { YEARS } else { 0 }).await;
    check("ahead 2 years for an hour", 2, |hour| if hour == 30 { YEARS } else { 0 }).await;
    check("ahead 2 years for 30 hours", 2, |hour| if (30..60).contains(&hour) { YEARS } else { 0 }).await;
    check("back 2 years", 1, |hour| if hour >= 30 { -YEARS } else { 0 }).await;
}

/// What is forgotten is what is old, by whatever clock: after four days the visitors of the first are gone.
#[tokio::test]
async fn a_day_later_sessions_are_gone_by_any_clock() {
    let wrongs: [fn(i64) -> i64; 4] = [
        |_| 0,
        |hour| if hour >= 1 { YEARS } else { 0 },
        |hour| if hour >= 1 { -YEARS } else { 0 },
        |hour| {
            if hour == 0 { YEARS } else { 0 }
        },
    ];
    for wrong in wrongs {
        let store = MemoryStore::new();
        let mut runner = Runner::start(&store, DedupeOptions::default()).await;
        let mut early = event("early");
        early.visitor = Some(99);
        early.received_at = Timestamp::from_micros(START + wrong(0) * MICROS_PER_HOUR);
        early.occurred_at = early.received_at;
        runner.batch(&[(Offset(0), payload(recorded(early)))]).await;
        for batch in traffic(wrong).chunks(40) {
            let later: Vec<_> =
                batch.iter().map(|(offset, payload)| (Offset(offset.0 + 1), payload.clone())).collect();
            runner.batch(&later).await;
        }
        assert_eq!(runner.status().1.visitors as i64, VISITORS);
    }
}
