//! Rows for the query measurements: the visits of January 2026 or of another time, put into the store directly, because it
//! is reading that is measured there. Visits, pages and sources are spread as a shop's are; every run makes the same rows.

use std::path::Path;

use kassa_eventstore::duckdb::{DuckStore, Options};
use kassa_eventstore::{Batch, EventStore, Mark, Row};
use kassa_model::{Dialect, Event, Timestamp, Visit};

use crate::stats::Random;

/// The site of all rows.
pub(crate) const SITE: &str = "bench";
/// 2026-01-01 in UTC, when the rows begin.
pub(crate) const BEGIN: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
/// 2026-02-01, when they have ended.
pub(crate) const END: Timestamp = BEGIN.plus_micros(31 * kassa_model::MICROS_PER_DAY);
const ROWS_PER_BATCH: usize = 50_000;
const EVENTS_PER_VISIT: u64 = 5;

const SOURCES: [Option<&str>; 6] =
    [None, Some("Google"), Some("newsletter"), Some("Instagram"), Some("Bing"), Some("partner.test")];
const BROWSERS: [(&str, &str, &str); 5] = [
    ("Chrome", "Windows", "desktop"),
    ("Mobile Safari", "iOS", "mobile"),
    ("Chrome Mobile", "Android", "mobile"),
    ("Firefox", "Linux", "desktop"),
    ("Safari", "Mac OS X", "desktop"),
];
const COUNTRIES: [&str; 8] = ["DE", "FR", "US", "IT", "NL", "SE", "PL", "BR"];

/// Adds `count` rows of January 2026 to the store in `file` without moving its position.
#[cfg(test)]
pub(crate) fn fill(file: &Path, count: u64) -> anyhow::Result<()> {
    fill_between(file, count, BEGIN, END)
}

/// Adds `count` rows, evenly between `begin` and `end`, to the store in `file` without moving its position.
pub(crate) fn fill_between(file: &Path, count: u64, begin: Timestamp, end: Timestamp) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = DuckStore::open(Options { threads: Some(2), ..Options::new(file) })?;
    runtime.block_on(async {
        let mark = mark(&store).await?;
        let mut visits = Visits::new(count, begin, end);
        let mut index = 0;
        while u64::from(index) < count {
            let rows = visits.rows(ROWS_PER_BATCH.min((count - u64::from(index)) as usize), mark, &mut index);
            insert(&store, mark, rows).await?;
        }
        Ok(())
    })
}

/// Adds `rows` to the store in `file` likewise.
#[cfg(test)]
pub(crate) fn add(file: &Path, rows: Vec<Row>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = DuckStore::open(Options::new(file))?;
    runtime.block_on(async { insert(&store, mark(&store).await?, rows).await })
}

async fn insert(store: &DuckStore, mark: Mark, rows: Vec<Row>) -> anyhow::Result<()> {
    let batch = Batch {
        log_id: mark.log_id,
        partition: 0,
        epoch: mark.epoch,
        from: mark.position,
        to: mark.position,
        rows,
        rejected: Vec::new(),
        counts: Default::default(),
        state: None,
    };
    Ok(store.insert(batch).await?)
}

async fn mark(store: &DuckStore) -> anyhow::Result<Mark> {
    let unused = Mark { log_id: uuid::Uuid::nil(), position: 1, epoch: 0 };
    Ok(store.marks().await?.get(&0).copied().unwrap_or(unused))
}

/// Visits in the order of their beginnings.
struct Visits {
    random: Random,
    begin: Timestamp,
    step_micros: i64,
    number: u64,
    waiting: Vec<(Event, Visit)>,
}

impl Visits {
    fn new(count: u64, begin: Timestamp, end: Timestamp) -> Self {
        // The last visits go on past their beginning, so they begin an hour before the end.
        let span_micros = end.micros() - begin.micros() - kassa_model::MICROS_PER_HOUR;
        let step_micros = span_micros / (count / EVENTS_PER_VISIT).max(1) as i64;
        Self { random: Random::new(23), begin, step_micros, number: 0, waiting: Vec::new() }
    }

    /// The next `count` rows, in the order of their receipt.
    fn rows(&mut self, count: usize, mark: Mark, index: &mut u32) -> Vec<Row> {
        while self.waiting.len() < count {
            self.visit();
        }
        self.waiting.sort_by_key(|(event, _)| event.received_at);
        let numbered = self.waiting.drain(..count).map(|(event, visit)| {
            *index += 1;
            Row {
                partition: 0,
                offset: mark.position.saturating_sub(1),
                index: *index,
                event,
                visit: Some(visit),
            }
        });
        numbered.collect()
    }

    /// Adds the events of one visit: some pages, minutes apart, now and then a click.
    fn visit(&mut self) {
        let random = &mut self.random;
        let mut at = self.begin.plus_micros(self.number as i64 * self.step_micros);
        let visitor = random.skewed(1_200_000) as i64 + 1;
        let source = SOURCES[random.skewed(SOURCES.len() as u64) as usize];
        let (browser, os, device) = BROWSERS[random.skewed(BROWSERS.len() as u64) as usize];
        let country = COUNTRIES[random.skewed(COUNTRIES.len() as u64) as usize];
        let events = 1 + random.below(EVENTS_PER_VISIT * 2 - 1);
        self.number += 1;
        let mut visit: Option<Visit> = None;
        for number in 0..events {
            let name = if number == 0 || random.below(10) < 7 { "page_view" } else { "click" };
            let mut event = event(name, format!("{:x}-{number}", self.number), at);
            event.visitor = Some(visitor);
            event.session = Some(self.number as i64);
            event.path = Some(format!("/p/{}", random.skewed(500)));
            event.source = source.map(str::to_owned);
            event.browser = Some(browser.to_owned());
            event.os = Some(os.to_owned());
            event.device = Some(device.to_owned());
            event.country = Some(country.to_owned());
            let known = Visit::with(visit.as_ref(), &event, at);
            visit = Some(known.clone());
            self.waiting.push((event, known));
            at = at.plus_micros(random.below(180_000_000) as i64);
        }
    }
}

/// An event of the site, of which no more is known than that.
pub(crate) fn event(name: &str, id: String, at: Timestamp) -> Event {
    Event {
        id,
        site: SITE.to_owned(),
        name: name.to_owned(),
        name_sent: name.to_owned(),
        host: Some("shop.test".to_owned()),
        title: Some("A product of the shop".to_owned()),
        target: (name == "click").then(|| "Buy".to_owned()),
        props: "{}".to_owned(),
        ..Event::blank(Dialect::SEGMENT, at)
    }
}
