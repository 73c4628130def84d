//! The contract of [`EventLog`] as tests that every backend runs. Each function panics where a backend breaks it.
//!
//! A backend implements [`Harness`] and calls [`run`]; the functions are public so that one can be run alone. Every clause is
//! demanded of every backend, but for those that [`run`] asks for by [`Harness::is_local`] and [`Harness::can_be_full`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use kassa_model::RouteKey;

use crate::{
    Delivery, Epoch, Error, EventLog, GroupStatus, Limits, Offset, Partition, Queued, RECORD_BYTES_MAX,
    Record, Stream, Subscription, retained,
};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// A log as a test wants it; both streams have the same partitions and groups.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Partitions of each stream.
    pub partitions: Partition,
    /// The configured groups of each stream.
    pub groups: Vec<String>,
    /// At most about so many bytes; `None`: as many as the backend likes.
    pub bytes_max: Option<u64>,
}

/// How a backend is tested.
#[async_trait]
pub trait Harness: Send + Sync {
    /// A fresh, empty log.
    async fn open(&self, setup: &Setup) -> Arc<dyn EventLog>;

    /// Lets go of `log` and opens the same one anew, as a restarted process does.
    async fn restart(&self, log: Arc<dyn EventLog>, setup: &Setup) -> Arc<dyn EventLog>;

    /// Stops whatever keeps `subscription` alive beside its calls (heartbeats, a lease), as a process does that is paused.
    /// Nothing, where a subscriber has no life of its own.
    async fn freeze(&self, subscription: &mut dyn Subscription);

    /// A new subscriber of group `one` of `events` to which every partition is handed over, that `from` holds or that
    /// nobody does: at once, by the death of a frozen holder, or by whatever else the backend has.
    async fn hand_over(&self, log: &Arc<dyn EventLog>, from: &mut dyn Subscription) -> Box<dyn Subscription>;

    /// Whether it is in this process alone: a subscription then takes everything over at once.
    fn is_local(&self) -> bool;

    /// Whether [`Setup::bytes_max`] makes it full, so that retention and refusal can be tested.
    fn can_be_full(&self) -> bool;
}

/// Runs all of it and returns how many clauses were tested.
pub async fn run(harness: &dyn Harness) -> usize {
    append_returns_positions_in_order(harness).await;
    concurrent_appends_keep_apart(harness).await;
    what_is_queued_has_its_place(harness).await;
    records_of_a_key_keep_their_order(harness).await;
    sizes_from_none_to_the_largest(harness).await;
    too_large_takes_nothing(harness).await;
    ranges_read_again_to_the_byte(harness).await;
    seek_goes_to_or_after_and_refuses_what_is_not_there(harness).await;
    limits_bound_a_delivery(harness).await;
    waiting_ends_when_a_record_comes(harness).await;
    what_is_paused_keeps_nothing_else_back(harness).await;
    a_dropped_call_loses_nothing(harness).await;
    groups_are_independent(harness).await;
    unknown_groups_are_refused(harness).await;
    streams_are_independent(harness).await;
    reading_is_beside_all_groups(harness).await;
    a_hand_over_fences_the_former(harness).await;
    a_paused_consumer_that_wakes_up_does_no_harm(harness).await;
    commit_moves_the_lag_only(harness).await;
    a_restart_keeps_records_id_marks_and_epochs(harness).await;
    let mut clauses = 19;
    if harness.is_local() {
        whoever_subscribes_last_has_it_at_once(harness).await;
        clauses += 1;
    }
    if harness.can_be_full() {
        a_full_log_refuses_and_takes_again(harness).await;
        retention_waits_for_every_group(harness).await;
        clauses += 2;
    }
    clauses
}

/// Clause 1: one position per record, in order, ascending.
pub async fn append_returns_positions_in_order(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let first = append(&log, Stream::Events, &["a", "b", "c"]).await;
    let second = append(&log, Stream::Events, &["d"]).await;
    let offsets: Vec<Offset> = first.iter().chain(&second).copied().collect();
    assert_eq!(offsets.len(), 4);
    assert!(offsets.is_sorted_by(|a, b| a < b), "ascending: {offsets:?}");
    assert_eq!(log.append(Stream::Events, Vec::new()).await.expect("an empty call"), []);
    let read = read_from_start(&log, Stream::Events).await;
    assert_eq!(texts(&read), ["a", "b", "c", "d"]);
    assert_eq!(read.iter().map(|(offset, _)| *offset).collect::<Vec<_>>(), offsets);
    let status = log.status(Stream::Events).await.expect("status").partitions.remove(0);
    assert_eq!(status.first, offsets[0]);
    assert!(status.end > offsets[3] && status.records == 4 && status.bytes != Some(0));
}

/// Clauses 1 and 3: many callers at once, each record once, at the position that its caller was told.
pub async fn concurrent_appends_keep_apart(harness: &dyn Harness) {
    let log = harness.open(&setup(2)).await;
    let mut calls = Vec::new();
    for caller in 0..32_u64 {
        let log = Arc::clone(&log);
        calls.push(tokio::spawn(async move {
            let mut told = Vec::new();
            for round in 0..20_u64 {
                let names: Vec<String> =
                    (0..1 + round % 3).map(|n| format!("{caller}-{round}-{n}")).collect();
                let records = names.iter().map(|name| record(caller, name.as_bytes())).collect();
                let positions = log.append(Stream::Events, records).await.expect("appends");
                told.extend(positions.into_iter().zip(names));
            }
            told
        }));
    }
    let mut told = BTreeMap::new();
    for call in calls {
        for (position, name) in call.await.expect("a caller") {
            assert_eq!(told.insert((position.partition, position.offset), name), None, "{position:?} twice");
        }
    }
    let mut read = BTreeMap::new();
    for (partition, records) in read_all(&log, Stream::Events).await {
        assert!(records.is_sorted_by(|a, b| a.0 < b.0));
        let named =
            records.iter().map(|(at, bytes)| ((partition, *at), String::from_utf8_lossy(bytes).into_owned()));
        read.extend(named);
    }
    assert_eq!(read, told);
}

/// Clauses 1 and 2: the place in line is that of the call, whoever is waited for first; a call that is dropped or never asked
/// holds nobody up.
pub async fn what_is_queued_has_its_place(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let first = queued(&log, "a").await;
    drop(queued(&log, "dropped").await);
    let second = queued(&log, "b").await;
    let third = append(&log, Stream::Events, &["c"]).await[0];
    let second = second.await.expect("is durable")[0].offset;
    let first = first.await.expect("is durable")[0].offset;
    assert!(first < second && second < third, "{first} {second} {third}");
    let mut read = read_from_start(&log, Stream::Events).await;
    read.retain(|(_, bytes)| bytes != "dropped");
    assert_eq!(texts(&read), ["a", "b", "c"]);
}

/// Clause 2: one key, one partition, in the order of the calls.
pub async fn records_of_a_key_keep_their_order(harness: &dyn Harness) {
    let log = harness.open(&setup(3)).await;
    for round in 0..20_u64 {
        let records = (0..10).map(|key| record(key, format!("{key}:{round}").as_bytes())).collect();
        log.append(Stream::Events, records).await.expect("appends");
    }
    let mut homes: BTreeMap<String, (Partition, u64)> = BTreeMap::new();
    for (partition, records) in read_all(&log, Stream::Events).await {
        for (_, bytes) in records {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let (key, round) = text.split_once(':').expect("as written");
            let (home, next) = homes.entry(key.to_owned()).or_insert((partition, 0));
            assert_eq!((*home, next.to_string().as_str()), (partition, round), "key {key}");
            *next += 1;
        }
    }
    assert!(homes.len() == 10 && homes.values().all(|(_, next)| *next == 20));
    let used: BTreeSet<Partition> = homes.values().map(|(home, _)| *home).collect();
    assert!(used.len() > 1, "ten keys spread over three partitions");
}

/// Clause 3: empty records, odd lengths and the largest ones come back whole, also several of them in one call.
pub async fn sizes_from_none_to_the_largest(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let sizes = [0, 1, 7, 8, 4_095, 65_537, RECORD_BYTES_MAX, 0, RECORD_BYTES_MAX - 1, 3];
    let payloads: Vec<Vec<u8>> = sizes.iter().map(|size| noise(*size)).collect();
    let records = payloads.iter().map(|payload| record(1, payload)).collect();
    let positions = log.append(Stream::Events, records).await.expect("appends");
    assert_eq!(positions.len(), sizes.len());
    let read = read_from_start(&log, Stream::Events).await;
    assert_eq!(read.len(), sizes.len());
    for ((_, bytes), payload) in read.iter().zip(&payloads) {
        assert!(bytes == payload, "a record of {} bytes differs", payload.len());
    }
}

/// Clause 1: a record over the limit refuses the call as a whole.
pub async fn too_large_takes_nothing(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let records = vec![record(1, b"small"), record(1, &noise(RECORD_BYTES_MAX + 1))];
    match log.append(Stream::Events, records).await {
        Err(Error::TooLarge(bytes)) => assert_eq!(bytes, RECORD_BYTES_MAX + 1),
        other => panic!("TooLarge is expected, not {other:?}"),
    }
    assert!(read_from_start(&log, Stream::Events).await.is_empty());
}

/// Clause 3: any range, from any record on, in any portions, is the same to the byte.
pub async fn ranges_read_again_to_the_byte(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    for round in 0..30 {
        let records = (0..round % 7 + 1).map(|n| record(1, &noise(round * 97 + n))).collect();
        log.append(Stream::Events, records).await.expect("appends");
    }
    let whole = read_from_start(&log, Stream::Events).await;
    for start in (0..whole.len()).step_by(7) {
        let mut subscription = log.subscribe(Stream::Events, "one").await.expect("subscribes");
        let limits = Limits { records_max: start % 5 + 1, bytes_max: 4_000, wait: PATIENCE };
        assigned(subscription.as_mut(), 1).await;
        subscription.seek(0, whole[start].0).await.expect("seeks");
        let again = collect(subscription.as_mut(), whole.len() - start, limits).await;
        assert!(again == whole[start..], "reading again from record {start}");
    }
}

/// Clause 4: after the last delivered one, at a gap, at the end; beyond the end is refused.
pub async fn seek_goes_to_or_after_and_refuses_what_is_not_there(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let offsets = append(&log, Stream::Events, &["a", "b", "c"]).await;
    let mut subscription = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    assigned(subscription.as_mut(), 1).await;
    subscription.seek(0, offsets[0].after()).await.expect("seeks");
    assert_eq!(texts(&collect(subscription.as_mut(), 2, quick(10)).await), ["b", "c"]);
    let end = log.status(Stream::Events).await.expect("status").partitions[0].end;
    let beyond = Offset(end.0 + (1 << 40));
    let refused = subscription.seek(0, beyond).await;
    assert!(matches!(refused, Err(Error::OutOfRange(_))), "{refused:?}");
    subscription.seek(0, end).await.expect("the end is a place");
    append(&log, Stream::Events, &["d"]).await;
    assert_eq!(texts(&collect(subscription.as_mut(), 1, quick(10)).await), ["d"]);
    subscription.seek(0, offsets[1]).await.expect("back again");
    assert_eq!(texts(&collect(subscription.as_mut(), 3, quick(10)).await), ["b", "c", "d"]);
}

/// `records_max` and `bytes_max` bound a delivery; one record always passes.
pub async fn limits_bound_a_delivery(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let payload = noise(1_000);
    log.append(Stream::Events, vec![record(1, &payload); 100]).await.expect("appends");
    let mut subscription = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    assigned(subscription.as_mut(), 1).await;
    for (records_max, bytes_max, at_most) in [(7, 1 << 20, 7), (100, 5_500, 5), (100, 10, 1), (1, 1, 1)] {
        let limits = Limits { records_max, bytes_max, wait: PATIENCE };
        match subscription.next(limits).await.expect("reads") {
            Delivery::Records { records, .. } => {
                assert!((1..=at_most).contains(&records.len()), "{limits:?}")
            }
            other => panic!("records are expected, not {other:?}"),
        }
    }
}

/// A subscriber that waits is told of a new record long before its wait is over.
pub async fn waiting_ends_when_a_record_comes(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let mut subscription = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    assigned(subscription.as_mut(), 1).await;
    let started = Instant::now();
    assert!(matches!(subscription.next(brief()).await, Ok(Delivery::Idle)));
    assert!(started.elapsed() >= Duration::from_millis(50));
    let waiting = tokio::spawn(async move { collect(subscription.as_mut(), 1, quick(10)).await });
    tokio::task::yield_now().await;
    append(&log, Stream::Events, &["now"]).await;
    assert_eq!(texts(&waiting.await.expect("no panic")), ["now"]);
    assert!(started.elapsed() < PATIENCE / 2);
}

/// Of a paused partition nothing is delivered and nothing lost, of all others everything.
pub async fn what_is_paused_keeps_nothing_else_back(harness: &dyn Harness) {
    let log = harness.open(&setup(2)).await;
    let records: Vec<Record> = (0..40).map(|n| record(n, &[7; 10])).collect();
    let taken = log.append(Stream::Events, records).await.expect("appends");
    let of = |partition| taken.iter().filter(|place| place.partition == partition).count();
    let mut subscription = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    assigned(subscription.as_mut(), 2).await;
    let mut read = [0, 0];
    for paused in [Some(0), Some(1), None] {
        subscription.set_paused(paused.into_iter().collect());
        while let Delivery::Records { partition, records, .. } =
            subscription.next(Limits { records_max: 3, ..brief() }).await.expect("reads")
        {
            assert_ne!(Some(partition), paused);
            read[partition as usize] += records.len();
        }
        assert_eq!(read, [if paused == Some(0) { 0 } else { of(0) }, of(1)], "without {paused:?}");
    }
}

/// `next` is cancel-safe.
pub async fn a_dropped_call_loses_nothing(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let names: Vec<String> = (0..500).map(|n| n.to_string()).collect();
    let refs: Vec<&str> = names.iter().map(String::as_str).collect();
    append(&log, Stream::Events, &refs).await;
    let mut subscription = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    assigned(subscription.as_mut(), 1).await;
    let mut read = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    let mut micros = 0;
    while read.len() < names.len() {
        assert!(Instant::now() < deadline, "{} of 500 came", read.len());
        micros = (micros + 37) % 2_000;
        let limits = Limits { records_max: 9, bytes_max: 1 << 20, wait: PATIENCE };
        let call = tokio::time::timeout(Duration::from_micros(micros), subscription.next(limits));
        if let Ok(Ok(Delivery::Records { records, .. })) = call.await {
            read.extend(records);
        }
    }
    assert_eq!(texts(&read), refs);
}

/// Clause 5: what one group reads is no concern of another.
pub async fn groups_are_independent(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let offsets = append(&log, Stream::Events, &["a", "b"]).await;
    for group in ["one", "two"] {
        let mut subscription = log.subscribe(Stream::Events, group).await.expect("subscribes");
        assigned(subscription.as_mut(), 1).await;
        assert_eq!(texts(&collect(subscription.as_mut(), 2, quick(10)).await), ["a", "b"]);
        subscription.commit(&[(0, offsets[0].after())]).await.expect("commits");
    }
    let groups = log.status(Stream::Events).await.expect("status").partitions.remove(0).groups;
    let names: Vec<&str> = groups.iter().map(|group| group.group.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
}

/// A group that is not configured holds nothing and would be waited for by nobody.
pub async fn unknown_groups_are_refused(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let refused = log.subscribe(Stream::Events, "three").await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
}

/// The two streams share nothing but the log.
pub async fn streams_are_independent(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    append(&log, Stream::Events, &["event"]).await;
    append(&log, Stream::Orders, &["order"]).await;
    assert_eq!(texts(&read_from_start(&log, Stream::Events).await), ["event"]);
    assert_eq!(texts(&read_from_start(&log, Stream::Orders).await), ["order"]);
}

/// Clause 6: a reader beside the groups gets everything from where it seeks to, takes nothing from anyone, loses nothing by
/// a hand-over and moves no mark; its position says how far it is.
pub async fn reading_is_beside_all_groups(harness: &dyn Harness) {
    let log = harness.open(&setup(2)).await;
    let records = (0..40_u64).map(|n| record(n, n.to_string().as_bytes())).collect();
    log.append(Stream::Events, records).await.expect("appends");
    let mut holder = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    assigned(holder.as_mut(), 2).await;
    let status = log.status(Stream::Events).await.expect("status");
    let mut reading = log.read(Stream::Events);
    for part in &status.partitions {
        reading.seek(part.partition, part.first).await.expect("before it is told of them");
    }
    assigned(reading.as_mut(), 2).await;
    let mut heir = harness.hand_over(&log, holder.as_mut()).await;
    assigned(heir.as_mut(), 2).await;
    let mut read = 0;
    while status.partitions.iter().any(|part| reading.position(part.partition) < Some(part.end)) {
        match reading.next(quick(7)).await.expect("reads") {
            Delivery::Records { partition, records, .. } => {
                read += records.len();
                let last = records[records.len() - 1].0;
                assert!(reading.position(partition).is_some_and(|position| position > last));
                reading.commit(&[(partition, last.after())]).await.expect("a commit that moves nothing");
            }
            other => panic!("records are expected, not {other:?}"),
        }
    }
    assert_eq!(read, 40);
    let after = log.status(Stream::Events).await.expect("status");
    for (old, new) in status.partitions.iter().zip(&after.partitions) {
        assert_eq!(old.groups, new.groups);
        let part = old.partition;
        assert_eq!(heir.position(part), Some(old.first), "it has not read yet");
        reading.seek(part, old.first).await.expect("back again");
        assert_eq!(reading.position(part), Some(old.first));
        heir.seek(part, old.end).await.expect("it holds it still");
    }
    assert!(matches!(heir.next(brief()).await, Ok(Delivery::Idle)));
}

/// Clause 5: a hand-over raises the epoch; the former holder is told and can do no more, though it may yet be given
/// something.
pub async fn a_hand_over_fences_the_former(harness: &dyn Harness) {
    let log = harness.open(&setup(2)).await;
    let mut first = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    let before = assigned(first.as_mut(), 2).await;
    let mut second = harness.hand_over(&log, first.as_mut()).await;
    let after = assigned(second.as_mut(), 2).await;
    for (partition, epoch) in &before {
        assert!(after[partition] > *epoch, "partition {partition}: {after:?} after {before:?}");
    }
    let lost = revoked(first.as_mut(), 2).await;
    assert_eq!(lost, before.keys().copied().collect());
    append(&log, Stream::Events, &["still here"]).await;
    let idle = first.next(brief()).await;
    assert!(matches!(idle, Ok(Delivery::Idle)), "without a partition nothing is said: {idle:?}");
    assert_eq!(first.position(0), None);
    assert!(matches!(first.seek(0, Offset::START).await, Err(Error::Fenced(0))));
    assert!(matches!(first.commit(&[(0, Offset::START)]).await, Err(Error::Fenced(0))));
    assert_eq!(texts(&collect(second.as_mut(), 1, quick(10)).await), ["still here"]);
}

/// Clause 5: it read, was paused, lost its partition and wakes up: its commit moves nothing and its reading ends,
/// also when it slept inside `next`.
pub async fn a_paused_consumer_that_wakes_up_does_no_harm(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let offsets = append(&log, Stream::Events, &["a", "b", "c"]).await;
    let mut paused = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    assigned(paused.as_mut(), 1).await;
    collect(paused.as_mut(), 3, quick(10)).await;
    harness.freeze(paused.as_mut()).await;
    let mut heir = harness.hand_over(&log, paused.as_mut()).await;
    assigned(heir.as_mut(), 1).await;
    assert_eq!(texts(&collect(heir.as_mut(), 1, quick(1)).await), ["a"]);
    heir.commit(&[(0, offsets[0].after())]).await.expect("commits");

    let late = paused.commit(&[(0, offsets[2].after())]).await;
    assert!(matches!(late, Err(Error::Fenced(0))), "{late:?}");
    assert_eq!(lag(&log, "one").await.lag_records, 2, "the mark is the heir's");
    assert_eq!(revoked(paused.as_mut(), 1).await, BTreeSet::from([0]));
    assert!(matches!(paused.next(brief()).await, Ok(Delivery::Idle)));
    assert_eq!(texts(&collect(heir.as_mut(), 2, quick(10)).await), ["b", "c"]);
}

/// Clause 5, local only: subscribing is a hand-over, which wakes a holder that sleeps inside `next`.
pub async fn whoever_subscribes_last_has_it_at_once(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let mut holder = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    assigned(holder.as_mut(), 1).await;
    let sleeping = tokio::spawn(async move { holder.next(quick(10)).await });
    tokio::task::yield_now().await;
    let mut last = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    let woken = tokio::time::timeout(PATIENCE / 2, sleeping).await.expect("it is woken").expect("no panic");
    assert!(matches!(woken, Ok(Delivery::Revoked { partition: 0 })), "{woken:?}");
    assigned(last.as_mut(), 1).await;
}

/// Clause 6: the mark is for lag; reading goes where `seek` says.
pub async fn commit_moves_the_lag_only(harness: &dyn Harness) {
    let log = harness.open(&setup(1)).await;
    let offsets = append(&log, Stream::Events, &["a", "b", "c"]).await;
    assert_eq!(lag(&log, "one").await.lag_records, 3);
    let mut subscription = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    assigned(subscription.as_mut(), 1).await;
    subscription.commit(&[(0, offsets[1].after())]).await.expect("commits");
    let mark = lag(&log, "one").await;
    assert_eq!(mark.lag_records, 1);
    assert!(mark.next > offsets[1] && mark.next <= offsets[2]);
    assert_eq!(lag(&log, "two").await.lag_records, 3);
    assert_eq!(texts(&collect(subscription.as_mut(), 3, quick(10)).await), ["a", "b", "c"]);
}

/// Clauses 1, 3, 5 and 6 across a restart.
pub async fn a_restart_keeps_records_id_marks_and_epochs(harness: &dyn Harness) {
    let setup = setup(2);
    let log = harness.open(&setup).await;
    let records = (0..40_u64).map(|n| record(n, n.to_string().as_bytes())).collect();
    log.append(Stream::Events, records).await.expect("appends");
    let before = read_all(&log, Stream::Events).await;
    let mut subscription = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    let epochs = assigned(subscription.as_mut(), 2).await;
    let status = log.status(Stream::Events).await.expect("status");
    let done: Vec<(Partition, Offset)> =
        status.partitions.iter().map(|part| (part.partition, part.end)).collect();
    subscription.commit(&done).await.expect("commits");
    let status = log.status(Stream::Events).await.expect("status");
    drop(subscription);

    let log = harness.restart(log, &setup).await;
    let again = log.status(Stream::Events).await.expect("status");
    assert_eq!(again.log_id, status.log_id);
    for (old, new) in status.partitions.iter().zip(&again.partitions) {
        assert_eq!((old.first, old.end, &old.groups), (new.first, new.end, &new.groups));
    }
    let mut subscription = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    for (partition, epoch) in assigned(subscription.as_mut(), 2).await {
        assert!(epoch > epochs[&partition], "epochs rise across a restart");
    }
    assert_eq!(read_all(&log, Stream::Events).await, before);
    let next = log.append(Stream::Events, vec![record(1, b"next")]).await.expect("appends")[0];
    let old = before[&next.partition].last().expect("keys 0 to 39 reach both partitions").0;
    assert!(next.offset > old);
}

/// Clause 7: full is said, nothing is dropped, and once a group has passed the oldest there is room again.
pub async fn a_full_log_refuses_and_takes_again(harness: &dyn Harness) {
    let log = harness.open(&small()).await;
    let taken = fill(&log).await;
    let mut subscriptions = Vec::new();
    for group in ["one", "two"] {
        let mut subscription = log.subscribe(Stream::Events, group).await.expect("subscribes");
        assigned(subscription.as_mut(), 1).await;
        assert_eq!(collect(subscription.as_mut(), taken.len(), quick(100)).await.len(), taken.len());
        subscription.commit(&[(0, taken[taken.len() - 1].after())]).await.expect("commits");
        subscriptions.push(subscription);
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        match log.append(Stream::Events, vec![record(1, &noise(4_000))]).await {
            Ok(_) => return,
            Err(Error::Full(_)) => assert!(Instant::now() < deadline, "there is room by now"),
            Err(other) => panic!("only Full is expected, not {other}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Clause 7: one slow group keeps everything; what is deleted is out of range for a seek, never skipped silently.
pub async fn retention_waits_for_every_group(harness: &dyn Harness) {
    let log = harness.open(&small()).await;
    let taken = fill(&log).await;
    let last = taken[taken.len() - 1].after();
    let mut fast = log.subscribe(Stream::Events, "one").await.expect("subscribes");
    assigned(fast.as_mut(), 1).await;
    fast.commit(&[(0, last)]).await.expect("commits");
    let refused = log.append(Stream::Events, vec![record(1, &noise(4_000))]).await;
    match refused {
        Err(Error::Full(why)) => assert!(why.contains("two"), "it names the slowest group: {why}"),
        other => panic!("the slow group still needs it: {other:?}"),
    }
    let first = log.status(Stream::Events).await.expect("status").partitions[0].first;
    assert_eq!(first, taken[0]);
    let mut slow = log.subscribe(Stream::Events, "two").await.expect("subscribes");
    assigned(slow.as_mut(), 1).await;
    assert_eq!(collect(slow.as_mut(), taken.len(), quick(100)).await.len(), taken.len());
    slow.commit(&[(0, last)]).await.expect("commits");
    let deadline = Instant::now() + PATIENCE;
    while log.status(Stream::Events).await.expect("status").partitions[0].first == first {
        assert!(Instant::now() < deadline, "retention runs by now");
        let _ = log.append(Stream::Events, vec![record(1, &noise(4_000))]).await;
    }
    let gone = slow.seek(0, first).await;
    assert!(matches!(gone, Err(Error::OutOfRange(_))), "{gone:?}");
}

fn setup(partitions: Partition) -> Setup {
    Setup { partitions, groups: vec!["one".to_owned(), "two".to_owned()], bytes_max: None }
}

fn small() -> Setup {
    Setup { bytes_max: Some(256 << 10), ..setup(1) }
}

fn quick(records_max: usize) -> Limits {
    Limits { records_max, bytes_max: 1 << 20, wait: PATIENCE }
}

/// For where nothing is to come.
fn brief() -> Limits {
    Limits { wait: Duration::from_millis(50), ..Limits::BATCH }
}

/// A record of any bytes.
pub fn record(key: u64, payload: &[u8]) -> Record {
    Record { key: RouteKey(key), payload: Bytes::copy_from_slice(payload) }
}

/// Bytes that follow from their number.
fn noise(length: usize) -> Vec<u8> {
    let mut state = length as u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

async fn queued(log: &Arc<dyn EventLog>, name: &str) -> Queued {
    log.queue(Stream::Events, vec![record(1, name.as_bytes())]).await.expect("queues")
}

async fn append(log: &Arc<dyn EventLog>, stream: Stream, names: &[&str]) -> Vec<Offset> {
    let records = names.iter().map(|name| record(1, name.as_bytes())).collect();
    let positions = log.append(stream, records).await.expect("appends");
    positions.into_iter().map(|position| position.offset).collect()
}

/// Appends until the log is full.
async fn fill(log: &Arc<dyn EventLog>) -> Vec<Offset> {
    let mut taken = Vec::new();
    loop {
        assert!(taken.len() < 10_000, "it is never full");
        match log.append(Stream::Events, vec![record(1, &noise(4_000))]).await {
            Ok(positions) => taken.push(positions[0].offset),
            Err(Error::Full(_)) => return taken,
            Err(other) => panic!("only Full is expected, not {other}"),
        }
    }
}

async fn lag(log: &Arc<dyn EventLog>, group: &str) -> GroupStatus {
    let groups = log.status(Stream::Events).await.expect("status").partitions.remove(0).groups;
    groups.into_iter().find(|status| status.group == group).expect("a configured group")
}

/// Waits for all assignments.
async fn assigned(subscription: &mut dyn Subscription, partitions: usize) -> BTreeMap<Partition, Epoch> {
    let mut all = BTreeMap::new();
    while all.len() < partitions {
        match subscription.next(quick(1)).await.expect("is assigned") {
            Delivery::Assigned { partition, epoch } => all.insert(partition, epoch),
            other => panic!("an assignment is expected, not {other:?}"),
        };
    }
    all
}

async fn revoked(subscription: &mut dyn Subscription, partitions: usize) -> BTreeSet<Partition> {
    let mut all = BTreeSet::new();
    while all.len() < partitions {
        match subscription.next(quick(1)).await.expect("is told") {
            Delivery::Revoked { partition } => all.insert(partition),
            other => panic!("a revocation is expected, not {other:?}"),
        };
    }
    all
}

/// The next `count` records, which are all of one partition.
async fn collect(subscription: &mut dyn Subscription, count: usize, limits: Limits) -> Vec<(Offset, Bytes)> {
    let mut all = Vec::new();
    while all.len() < count {
        match subscription.next(limits).await.expect("reads") {
            Delivery::Records { records, .. } => all.extend(records),
            other => panic!("records are expected after {} of {count}, not {other:?}", all.len()),
        }
    }
    all
}

/// All records of partition 0.
async fn read_from_start(log: &Arc<dyn EventLog>, stream: Stream) -> Vec<(Offset, Bytes)> {
    read_all(log, stream).await.remove(&0).unwrap_or_default()
}

/// All records of a stream, each once.
async fn read_all(log: &Arc<dyn EventLog>, stream: Stream) -> BTreeMap<Partition, Vec<(Offset, Bytes)>> {
    tokio::time::timeout(PATIENCE, retained(log.as_ref(), stream)).await.expect("in time").expect("reads")
}

fn texts(records: &[(Offset, Bytes)]) -> Vec<&str> {
    records.iter().map(|(_, bytes)| std::str::from_utf8(bytes).expect("a text")).collect()
}
