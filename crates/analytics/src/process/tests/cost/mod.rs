//! What stands in a body does not decide what it costs: fuzzing for cost. Batches made to be dear go through wire and
//! fold beside ordinary ones with as many events and bytes, in the same run and on the same thread; state is carried on
//! from batch to batch, so that what grows with what was sent before shows. Time is the thread's own processor time and the
//! least of a few tries, so that a busy machine changes nothing.
//!
//! `KASSA_TEST_SCALE` is in percent of 20,000 batches; `KASSA_TEST_SEED` repeats a run.

mod kinds;

use std::collections::BTreeMap;

use bytes::Bytes;
use kassa_eventlog::Offset;
use kassa_model::{Event, LogRecord, MICROS_PER_SECOND, Timestamp, cookieless_visitor, encode, visitor_from};
use kassa_service::Shutdown;

use crate::collect::BODY_BYTES_MAX;
use crate::process::decoded::Decoded;
use crate::process::dedupe::DedupeOptions;
use crate::process::fold::{Fold, FoldOptions};
use crate::process::questions::Answers;
use crate::process::session::SessionOptions;
use crate::process::steps::Tools;
use crate::process::testing::{Random, START, scaled};
use crate::wire::{Context, Reading, Sites};

/// Batches of a run at full scale.
const BATCHES: u64 = 20_000;

/// An adversarial batch costs at most so many times an ordinary one.
const RATIO_MAX: f64 = 10.0;

/// Of an ordinary event, about.
const ORDINARY_BYTES: usize = 450;

/// One sender in a row sends so many batches at most, before the next one begins with an empty memory.
const BATCHES_IN_A_ROW: u64 = 40;

/// A body and how it is sent.
#[derive(Debug)]
struct Body {
    read: fn(&[u8], &Context<'_>) -> Reading,
    bytes: Vec<u8>,
    /// Events in it.
    events: usize,
    /// With `Sec-GPC: 1`.
    private: bool,
}

/// Wire and fold of one sender: what it sent before stays in memory.
struct World {
    fold: Fold,
    tools: Tools,
    offset: u64,
    made_ids: u64,
    received: Timestamp,
}

/// Every key is a site's.
#[derive(Debug)]
pub(super) struct AnySite;

impl Sites for AnySite {
    fn resolve(&self, key: Option<&str>, site: Option<&str>) -> Option<String> {
        Some(site.or(key).unwrap_or("default").to_owned())
    }

    fn site(&self, _: &str) -> Option<std::sync::Arc<kassa_access::Site>> {
        None
    }

    fn believes(&self, _: &str, _: &str) -> bool {
        true
    }

    fn is_secret(&self, _: &str) -> bool {
        false
    }
}

impl World {
    fn new() -> Self {
        // Little memory for ids, so that they are sealed and asked for, too.
        let dedupe = DedupeOptions { window_hours: 168, memory_max: 1 << 20 };
        // And so little for sessions that generations are let go of.
        let sessions = SessionOptions { memory_max: 1 << 20 };
        let options = FoldOptions { dedupe, sessions };
        let received = Timestamp::from_micros(START);
        Self { fold: Fold::new(0, options), tools: Tools::default(), offset: 0, made_ids: 0, received }
    }

    /// Takes a body from its bytes to rows; the nanoseconds of this thread that it took.
    fn take(&mut self, body: &Body) -> u64 {
        let began = thread_nanos();
        let records = self.records(body);
        if self.fold.wants_seal() {
            self.fold.seal();
        }
        let decoded: Vec<_> =
            records.into_iter().map(|(offset, payload)| Decoded::new(offset, payload)).collect();
        let questions = self.fold.questions(&decoded);
        let answers = if questions.is_empty() {
            Answers::default()
        } else {
            let nothing = |asks: &Vec<_>| vec![None; asks.len()];
            questions.answered([nothing(&questions.asks[0]), nothing(&questions.asks[1])])
        };
        let folded = self.fold.run(decoded, &answers, &mut self.tools, &Shutdown::new());
        let folded = std::hint::black_box(folded);
        let took = thread_nanos() - began;
        drop(folded);
        took
    }

    /// What the collector makes of a body.
    fn records(&mut self, body: &Body) -> Vec<(Offset, Bytes)> {
        self.received = self.received.plus_micros(MICROS_PER_SECOND);
        let ctx = Context {
            received_at: self.received,
            key: None,
            bearer: Some("secret"),
            private: body.private,
            counter_first: false,
            sites: &AnySite,
        };
        let reading = (body.read)(&body.bytes, &ctx);
        let salt = kassa_model::Salt([7; 16]);
        let stamped = reading.records.into_iter().map(|mut record| {
            self.made_ids += 1;
            self.offset += 1;
            match &mut record {
                LogRecord::Event(recorded) => {
                    if recorded.event.id.is_empty() {
                        recorded.event.id = format!("made-{}", self.made_ids);
                    }
                    if !names_browser(&recorded.event) {
                        let agent = recorded.agent.as_deref().unwrap_or_default();
                        let today = cookieless_visitor(&salt, &recorded.event.site, &[127, 0, 0, 1], agent);
                        (recorded.visitor_today, recorded.visitor_yesterday) = (today, today ^ 1);
                    }
                }
                LogRecord::Rejected(rejected) => rejected.id = format!("made-{}", self.made_ids),
            }
            (Offset(self.offset), Bytes::from(encode(&record).unwrap()))
        });
        stamped.collect()
    }
}

/// As the collector sees it.
fn names_browser(event: &Event) -> bool {
    let user = event.user.as_ref().map(|user| visitor_from(&event.site, user));
    event.visitor.is_some() && event.visitor != user
}

/// An adversarial sender beside an ordinary one, and the worst that was seen of each kind.
struct Rivals {
    bad: World,
    good: World,
    random: Random,
    worst: BTreeMap<&'static str, f64>,
}

impl Rivals {
    /// Sends a batch of `kind` and its ordinary twin; tries anew while it looks too dear, for the least counts.
    fn compare(&mut self, kind: &kinds::Kind, events: usize) {
        let mut least = f64::INFINITY;
        for _ in 0..4 {
            let mut body = (kind.make)(&mut self.random, events);
            if body.bytes.len() > BODY_BYTES_MAX {
                body = (kind.make)(&mut self.random, (events / 50).max(1));
            }
            body.private |= self.random.chance(10);
            let bytes = body.bytes.len().max(body.events * ORDINARY_BYTES);
            let twin = kinds::ordinary(&mut self.random, body.events, bytes);
            let took = self.bad.take(&body);
            let ordinary = self.good.take(&twin);
            least = least.min(took as f64 / ordinary.max(1) as f64);
            if least < RATIO_MAX / 2.0 {
                break;
            }
        }
        let worst = self.worst.entry(kind.name).or_default();
        *worst = worst.max(least);
    }
}

#[test]
fn no_batch_costs_ten_times_an_ordinary_one() {
    let batches = scaled(BATCHES);
    let seed = std::env::var("KASSA_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut rivals =
        Rivals { bad: World::new(), good: World::new(), random: Random(seed), worst: BTreeMap::new() };
    // What is made once per process is nobody's cost.
    (0..20).for_each(|_| warm_up(&mut rivals));
    let (mut sent, mut row) = (0, 0);
    while sent < batches {
        // Each kind by itself in a row, and every fifth row of all kinds.
        let alone = &kinds::ALL[row % kinds::ALL.len()];
        let mixed = row % 5 == 4;
        rivals.bad = World::new();
        for _ in 0..BATCHES_IN_A_ROW.min(batches - sent) {
            let kind = if mixed {
                &kinds::ALL[rivals.random.below(kinds::ALL.len() as u64) as usize]
            } else {
                alone
            };
            let events = match rivals.random.below(100) {
                0 => 4_000,
                1..=9 => 300,
                _ => 40,
            };
            rivals.compare(kind, events);
            sent += 1;
        }
        row += 1;
    }
    let (kind, worst) = rivals.worst.iter().max_by(|one, other| one.1.total_cmp(other.1)).unwrap();
    println!("cost: {sent} adversarial batches, seed {seed}, worst ratio {worst:.1} ({kind})");
    assert!(*worst <= RATIO_MAX, "{:#.1?}", rivals.worst);
}

fn warm_up(rivals: &mut Rivals) {
    for kind in kinds::ALL {
        let body = (kind.make)(&mut rivals.random, 20);
        World::new().take(&body);
    }
    let twin = kinds::ordinary(&mut rivals.random, 20, 20 * ORDINARY_BYTES);
    rivals.good.take(&twin);
}

/// Processor time of this thread, in ns.
pub(super) fn thread_nanos() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes the structure, which outlives the call.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(failed, 0);
    u64::try_from(time.tv_sec * 1_000_000_000 + time.tv_nsec).unwrap()
}
