//! What the tests of all dialects share: a context with a few known sites, and random numbers with a seed.

use std::sync::Arc;

use kassa_access::Site;
use kassa_model::{Event, LogRecord, Recorded, Rejected, Timestamp};

use super::reading::{Context, Reading, Sites};
use super::{Door, Format, door};

/// 2025-11-13T12:00:00Z.
pub(crate) const RECEIVED_AT: Timestamp = Timestamp::from_micros(1_763_035_200_000_000);

/// Knows the keys `demo` and `other` and the sites of these names; a request that names none is for `default`. A site
/// whose name begins with `site-` needs no key.
#[derive(Debug)]
pub(crate) struct FewSites;

impl Sites for FewSites {
    fn resolve(&self, key: Option<&str>, site: Option<&str>) -> Option<String> {
        match (key, site) {
            (None, None) => Some("default".to_owned()),
            (Some(key @ ("demo" | "other")), site) if site.is_none_or(|site| site == key) => {
                Some(key.to_owned())
            }
            (None, Some(site)) if site.starts_with("site-") => Some(site.to_owned()),
            _ => None,
        }
    }

    fn site(&self, _: &str) -> Option<Arc<Site>> {
        None
    }

    fn believes(&self, _: &str, _: &str) -> bool {
        false
    }

    fn is_secret(&self, key: &str) -> bool {
        key.starts_with("ks_")
    }
}

pub(crate) fn context() -> Context<'static> {
    let (key, sites) = (None, &FewSites);
    Context { received_at: RECEIVED_AT, key, bearer: None, private: false, counter_first: false, sites }
}

/// The accepted event at `place`.
pub(crate) fn recorded(reading: &Reading, place: usize) -> &Recorded {
    match &reading.records[place] {
        LogRecord::Event(recorded) => recorded,
        LogRecord::Rejected(rejected) => panic!("refused: {rejected:?}"),
    }
}

pub(crate) fn event(reading: &Reading, place: usize) -> &Event {
    &recorded(reading, place).event
}

/// The dead letter at `place`.
pub(crate) fn rejected(reading: &Reading, place: usize) -> &Rejected {
    match &reading.records[place] {
        LogRecord::Rejected(rejected) => rejected,
        LogRecord::Event(recorded) => panic!("accepted: {recorded:?}"),
    }
}

/// The example in a dialect's own documentation, and the path that it is sent to.
pub(crate) fn documented(format: &Format) -> (&'static Door, String) {
    let path = format!("{}/src/wire/{}.rs", env!("CARGO_MANIFEST_DIR"), format.dialect.name());
    let source = std::fs::read_to_string(path).unwrap();
    let lines = source.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim_start);
    let example: Vec<&str> =
        lines.skip_while(|line| *line != "```json").skip(1).take_while(|line| *line != "```").collect();
    assert!(!example.is_empty(), "{}: no example in the module documentation", format.dialect);
    (door(format.example_path).unwrap(), example.join("\n"))
}

/// Xorshift: the same numbers for a seed, for ever.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from((self.next() >> 16) % end.max(1) as u64).unwrap()
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// `KASSA_TEST_SCALE` percent (10 by default) of `full` cases, and the numbers for them; says the seed, which
/// `KASSA_TEST_SEED` sets.
pub(crate) fn random_cases(what: &str, full: u64) -> (u64, Random) {
    let from_environment = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let cases = full * from_environment("KASSA_TEST_SCALE").unwrap_or(10) / 100;
    let seed = from_environment("KASSA_TEST_SEED").unwrap_or_else(|| {
        let pair = uuid::Uuid::new_v4().as_u64_pair();
        pair.0 ^ pair.1
    });
    println!("{what}: {cases} cases, KASSA_TEST_SEED={seed}");
    (cases, Random(seed | 1))
}
