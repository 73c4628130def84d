//! Many more ids than the duplicate filter's memory holds: none is counted twice.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Mutex;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_eventstore::query::{EventFilter, Query, Table};
use kassa_eventstore::{
    Batch, CountKey, DeadLetter, DeadLetterFilter, Error, EventStore, Forget, InsertError, Lookup, Mark,
    Owned, Resume, Resumed, Row, StoreStatus,
};
use kassa_model::{MICROS_PER_HOUR, Outcome, Timestamp, dedupe_hash};
use uuid::Uuid;

use crate::process::dedupe::{DedupeOptions, OPEN_SHARE};
use crate::process::testing::{Runner, START, event, payload, recorded, scaled};

const BATCH: u64 = 10_000;

/// A store that keeps nothing but hashes of ids, their hours and counts.
#[derive(Debug, Default)]
struct LeanStore(Mutex<Lean>);

#[derive(Debug, Default)]
struct Lean {
    hours: HashMap<u128, i64>,
    ends: BTreeMap<Outcome, u64>,
    asked: u64,
    calls: u64,
}

#[async_trait]
impl EventStore for LeanStore {
    async fn insert(&self, batch: Batch) -> Result<(), InsertError> {
        let mut lean = self.0.lock().unwrap();
        for row in batch.rows {
            let (hash, hour) = (dedupe_hash(&row.event.site, &row.event.id), row.event.received_at.hour());
            assert!(lean.hours.insert(hash, hour).is_none(), "{} is stored twice", row.event.id);
        }
        for (key, count) in batch.counts {
            *lean.ends.entry(key.outcome).or_default() += count;
        }
        Ok(())
    }

    async fn resume(&self, _: Resume, mut send: Box<dyn FnMut(Resumed) + Send>) -> Result<(), Error> {
        send(Resumed::Mark(None));
        send(Resumed::Clock(None));
        Ok(())
    }

    async fn marks(&self) -> Result<BTreeMap<u32, Mark>, Error> {
        Ok(BTreeMap::new())
    }

    async fn owned(&self) -> Result<Owned, Error> {
        Ok(Owned::default())
    }

    async fn set_shop_id(&self, _: Uuid) -> Result<(), Error> {
        Ok(())
    }

    async fn seen(
        &self,
        _: u32,
        lookups: Vec<Lookup>,
        _: Range<Timestamp>,
    ) -> Result<Vec<Option<i64>>, Error> {
        let mut lean = self.0.lock().unwrap();
        lean.asked += lookups.len() as u64;
        lean.calls += 1;
        Ok(lookups.iter().map(|ask| lean.hours.get(&dedupe_hash(&ask.site, &ask.id)).copied()).collect())
    }

    async fn query(&self, _: &Query) -> Result<Table, Error> {
        Err(Error::Invalid("not kept".to_owned()))
    }

    async fn events(&self, _: &EventFilter) -> Result<Vec<Row>, Error> {
        Ok(Vec::new())
    }

    async fn dead_letters(&self, _: &DeadLetterFilter) -> Result<Vec<DeadLetter>, Error> {
        Ok(Vec::new())
    }

    async fn counts(&self) -> Result<BTreeMap<CountKey<String>, u64>, Error> {
        Ok(BTreeMap::new())
    }

    async fn forget(&self, _: &Forget) -> Result<u64, Error> {
        Ok(0)
    }

    async fn status(&self) -> Result<StoreStatus, Error> {
        Ok(StoreStatus::default())
    }

    async fn fingerprint(&self) -> Result<String, Error> {
        Ok(String::new())
    }
}

/// Sends `ids` ids, spread over `hours` hours of receipt from `first_hour` on.
async fn send(runner: &mut Runner<'_>, ids: u64, first_hour: i64, hours: i64) -> (u64, u64) {
    let (mut bytes_max, mut ids_max) = (0, 0);
    for first in (0..ids).step_by(BATCH as usize) {
        let records: Vec<(Offset, Bytes)> = (first..(first + BATCH).min(ids))
            .map(|n| {
                let mut event = event(&format!("id-{n}"));
                let along = i64::try_from(u128::from(n) * 3_600_000_000 * hours as u128 / u128::from(ids));
                let time = START + first_hour * MICROS_PER_HOUR + along.unwrap();
                event.received_at = Timestamp::from_micros(time);
                event.occurred_at = event.received_at;
                event.visitor = Some((n % 1_000) as i64);
                (Offset(n), payload(recorded(event)))
            })
            .collect();
        runner.batch(&records).await;
        let (dedupe, _) = runner.status();
        bytes_max = bytes_max.max(dedupe.bytes);
        ids_max = ids_max.max(dedupe.ids);
    }
    (bytes_max, ids_max)
}

#[tokio::test]
async fn no_id_is_counted_twice_with_a_tenth_of_the_memory() {
    let ids = scaled(5_000_000);
    // About 18 bits an id is what the sets of the whole window need once they are shortened.
    let memory_max = usize::try_from(ids * 18 / 8 / 10).unwrap();
    let store = LeanStore::default();
    let mut runner = Runner::start(&store, DedupeOptions { window_hours: 168, memory_max }).await;
    let started = Instant::now();
    let first = send(&mut runner, ids, 0, 80).await;
    let second = send(&mut runner, ids, 80, 80).await;
    let took = started.elapsed();
    let (status, _) = runner.status();
    assert!(status.slower);
    let lean = store.0.lock().unwrap();
    assert_eq!(lean.ends, BTreeMap::from([(Outcome::Stored, ids), (Outcome::Duplicate, ids)]));
    // The set of one batch more than its share, doubled as tables double, is all that may go beyond the budget.
    let beyond = 2 * 25 * (BATCH + (memory_max / OPEN_SHARE) as u64 / 25) * 8 / 7;
    let used = first.0.max(second.0);
    assert!(used <= memory_max as u64 + beyond, "{used} bytes of {memory_max}");
    println!(
        "{ids} ids sent twice in {took:.1?} with a budget of {memory_max} bytes: {} stored, {} duplicates, none twice; \
         the store was asked {} times for {} ids; at most {used} bytes and {} ids in memory",
        lean.ends[&Outcome::Stored],
        lean.ends[&Outcome::Duplicate],
        lean.calls,
        lean.asked,
        first.1.max(second.1),
    );
}

#[tokio::test]
async fn with_enough_memory_the_store_is_asked_for_duplicates_alone() {
    let ids = scaled(1_000_000);
    let store = LeanStore::default();
    let options = DedupeOptions { window_hours: 168, memory_max: 8 << 20 };
    let mut runner = Runner::start(&store, options).await;
    send(&mut runner, ids, 0, 80).await;
    let asked_for_new = store.0.lock().unwrap().asked;
    assert!(asked_for_new * 1_000 < ids, "{asked_for_new} of {ids} new ids were asked for");
    send(&mut runner, ids, 80, 80).await;
    let lean = store.0.lock().unwrap();
    assert_eq!(lean.ends, BTreeMap::from([(Outcome::Stored, ids), (Outcome::Duplicate, ids)]));
}
