//! Retention of events, by the days that each site keeps them (`sites[].keep_days`), and the store's housekeeping, both
//! while everything else goes on.
//!
//! It goes by the machine's clock, so a clock that is wrong must not cost a shop its history. After a jump, and after a
//! start before which a day passed without an event (as if time had leapt over it), nothing is removed until the clock
//! has gone evenly for a day.
//!
//! A replay does not know of it: the rows come back, and leave again with the next look.

use std::sync::Arc;
use std::time::Duration;

use kassa_access::{Access, Site};
use kassa_eventstore::query::EventFilter;
use kassa_eventstore::{Error, EventStore, Forget, letters_since};
use kassa_model::{Clock, MICROS_PER_DAY, MICROS_PER_HOUR, Timestamp, uptime};
use kassa_service::Shutdown;

/// What can be set about retention.
#[derive(Debug, Clone)]
pub struct RetainOptions {
    /// How often is looked what is to go. An hour.
    pub every: Duration,
    /// How long ids are remembered, hours: the processor reads them back from the rows, so that these stay as long, and
    /// a day.
    pub window_hours: i64,
}

/// Removes what has outlived its days.
#[derive(Debug)]
pub struct Retention {
    options: RetainOptions,
    store: Arc<dyn EventStore>,
    access: Access,
    clock: Arc<dyn Clock>,
    pace: Pace,
}

impl Retention {
    /// Of `store`, for the sites that `access` knows.
    pub fn new(
        options: RetainOptions,
        store: Arc<dyn EventStore>,
        access: Access,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let pace = Pace::begin(clock.now());
        Self { options, store, access, clock, pace }
    }

    /// Looks again and again, until `shutdown`; a task of the process that has the processor.
    pub async fn run(mut self, shutdown: Shutdown) {
        let started = uptime();
        let running = || uptime().saturating_sub(started);
        loop {
            // A jump between two looks is seen by looking at the clock more often than at the store.
            let next = tokio::time::Instant::now() + self.options.every;
            while tokio::time::Instant::now() < next {
                tokio::select! {
                    () = shutdown.wait() => return,
                    () = tokio::time::sleep(Duration::from_secs(60).min(self.options.every)) => {}
                }
                self.pace.observe(self.clock.now(), running());
            }
            tokio::select! {
                () = shutdown.wait() => return,
                () = self.look(running()) => {}
            }
        }
    }

    /// Removes what is to go now; `running` is how long the process has run, by a clock that nobody sets.
    pub async fn look(&mut self, running: Duration) {
        let now = self.clock.now();
        self.pace.observe(now, running);
        for site in self.access.sites() {
            match self.look_at(&site, now, running).await {
                Ok(0) => {}
                Ok(rows) => {
                    tracing::info!(site = site.id, rows, keep_days = site.keep_days, "old events are gone");
                }
                Err(error) => {
                    tracing::warn!(%error, site = site.id, "cannot remove old events; it is tried again");
                }
            }
        }
        if let Err(error) = self.forget_letters(now, running).await {
            tracing::warn!(%error, "cannot remove old dead letters; it is tried again");
        }
        if let Err(error) = self.store.keep_house().await {
            tracing::warn!(%error, "cannot tidy the event store; it is tried again");
        }
    }

    async fn forget_letters(&self, now: Timestamp, running: Duration) -> Result<u64, Error> {
        if !self.is_believed(None, running).await? {
            return Ok(0);
        }
        self.store.forget(&Forget::DeadLetters { before: letters_since(now) }).await
    }

    /// Whether the clock is right, as far as can be told from what one site, or any, received before the start.
    async fn is_believed(&self, site: Option<&str>, running: Duration) -> Result<bool, Error> {
        if self.pace.is_believed(running) {
            return Ok(true);
        }
        if self.pace.jumped {
            return Ok(false);
        }
        for days in 0..LIVELY_DAYS {
            let until = self.pace.begun.plus_micros(-days * MICROS_PER_DAY);
            let received = EventFilter {
                sites: site.map(|site| vec![site.to_owned()]),
                received_from: Some(until.plus_micros(-MICROS_PER_DAY)),
                received_to: Some(until),
                include_bots: true,
                limit: 1,
                ..EventFilter::default()
            };
            if self.store.events(&received).await?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn look_at(&self, site: &Site, now: Timestamp, running: Duration) -> Result<u64, Error> {
        let Some(time) = self.end_of(site, now) else { return Ok(0) };
        if !self.is_believed(Some(&site.id), running).await? {
            return Ok(0);
        }
        self.store.forget(&Forget::Before { site: site.id.clone(), time }).await
    }

    /// Before when the events of `site` go, whole hours; `None`: they stay.
    fn end_of(&self, site: &Site, now: Timestamp) -> Option<Timestamp> {
        if site.keep_days == 0 {
            return None;
        }
        let kept = i64::from(site.keep_days).saturating_mul(MICROS_PER_DAY);
        let least = self.options.window_hours.saturating_mul(MICROS_PER_HOUR).saturating_add(MICROS_PER_DAY);
        let hour = now.plus_micros(-kept.max(least)).hour();
        Some(Timestamp::from_micros(hour.saturating_mul(MICROS_PER_HOUR)))
    }
}

/// Days before a start of which each must have events, for the clock to be believed at once: a clock that was ahead by
/// more than a day in an earlier life has left a day without.
const LIVELY_DAYS: i64 = 2;

/// Whether the machine's clock goes as fast as time.
#[derive(Debug)]
struct Pace {
    begun: Timestamp,
    last: (Timestamp, Duration),
    /// Since when it has gone evenly.
    even_since: Duration,
    jumped: bool,
}

/// How far the clock may be from where it should be.
const JUMP_MICROS: i64 = MICROS_PER_HOUR;
/// For how long it must go evenly to be believed whatever it says.
const EVEN_FOR: Duration = Duration::from_secs(24 * 3_600);

impl Pace {
    fn begin(now: Timestamp) -> Self {
        Self { begun: now, last: (now, Duration::ZERO), even_since: Duration::ZERO, jumped: false }
    }

    fn observe(&mut self, now: Timestamp, running: Duration) {
        let (before, at) = self.last;
        let passed = i64::try_from(running.saturating_sub(at).as_micros()).unwrap_or(i64::MAX);
        let gone = now.micros().saturating_sub(before.micros());
        if gone.saturating_sub(passed).saturating_abs() > JUMP_MICROS {
            tracing::warn!(from = %before, to = %now, "the clock jumped: no events are removed for a day");
            (self.even_since, self.jumped) = (running, true);
        }
        self.last = (now, running);
    }

    fn is_believed(&self, running: Duration) -> bool {
        running.saturating_sub(self.even_since) >= EVEN_FOR
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kassa_access::{Mode, Options, RuleOptions, SiteOptions};
    use kassa_eventstore::memory::MemoryStore;
    use kassa_eventstore::{Batch, DeadLetter, DeadLetterFilter, with_visits};
    use kassa_model::{Dialect, Event, ManualClock, Reason, Rejected};
    use uuid::Uuid;

    use super::*;

    const DAY: i64 = MICROS_PER_DAY;
    const NOON: i64 = 20_000 * DAY + DAY / 2;

    struct Bed {
        store: Arc<dyn EventStore>,
        clock: Arc<ManualClock>,
        retention: Retention,
    }

    fn event(site: &str, id: &str, at: i64) -> Event {
        Event {
            id: format!("{site} {id}"),
            site: site.to_owned(),
            visitor: Some(1),
            session: Some(1),
            props: "{}".to_owned(),
            ..Event::blank(Dialect::named("flat"), Timestamp::from_micros(at))
        }
    }

    /// Stores events, then a letter for each of `refused`, which are times of receipt.
    async fn insert(store: &Arc<dyn EventStore>, from: u64, events: Vec<Event>, refused: &[i64]) {
        let rows = with_visits(from, events);
        let end = from + rows.len() as u64;
        let letter = |(offset, at): (u64, &i64)| DeadLetter {
            offset,
            rejected: Rejected {
                id: format!("letter {offset}"),
                site: "ever".to_owned(),
                received_at: Timestamp::from_micros(*at),
                reason: Reason::ALL[0],
                detail: String::new(),
                dialect: Dialect::named("flat"),
                original: String::new(),
            },
        };
        let rejected: Vec<DeadLetter> = (end..).zip(refused).map(letter).collect();
        let batch = Batch {
            log_id: Uuid::nil(),
            partition: 0,
            epoch: 1,
            from,
            to: end + rejected.len() as u64,
            rows,
            rejected,
            counts: BTreeMap::new(),
            state: None,
        };
        store.insert(batch).await.unwrap();
    }

    /// Events of `ages` days, of a site that keeps 30 days and of one that keeps all.
    async fn bed(ages: &[i64]) -> Bed {
        let store: Arc<dyn EventStore> = Arc::new(MemoryStore::new());
        let of = |age: &i64| ["month", "ever"].map(|site| event(site, &age.to_string(), NOON - age * DAY));
        insert(&store, 0, ages.iter().flat_map(of).collect(), &[]).await;
        let site = |id: &str, keep_days| SiteOptions {
            id: id.to_owned(),
            write_keys: Vec::new(),
            allow_keyless: true,
            timezone: "UTC".to_owned(),
            origins: Vec::new(),
            keep_days,
            rules: RuleOptions::default(),
            is_preset: false,
        };
        let sites = vec![site("month", 30), site("ever", 0)];
        let folder = tempfile::tempdir().unwrap();
        let access =
            Access::open(&Options { sites, ..Options::default() }, Mode::Open, folder.path()).unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(NOON)));
        let options = RetainOptions { every: Duration::from_secs(3_600), window_hours: 168 };
        let retention = Retention::new(options, Arc::clone(&store), access, clock.clone());
        Bed { store, clock, retention }
    }

    impl Bed {
        async fn ids(&self) -> Vec<String> {
            let all = EventFilter { limit: 1_000, ..EventFilter::default() };
            let mut ids: Vec<String> =
                self.store.events(&all).await.unwrap().into_iter().map(|row| row.event.id).collect();
            ids.sort();
            ids
        }

        /// Time passes, for both clocks, hour by hour.
        async fn pass(&mut self, running: &mut Duration, hours: u64) {
            for _ in 0..hours {
                self.clock.advance(MICROS_PER_HOUR);
                *running += Duration::from_secs(3_600);
                self.retention.look(*running).await;
            }
        }
    }

    #[tokio::test]
    async fn each_site_keeps_its_days() {
        let mut bed = bed(&[0, 1, 2, 29, 31, 400]).await;
        bed.retention.look(Duration::from_secs(60)).await;
        let kept = [
            "ever 0", "ever 1", "ever 2", "ever 29", "ever 31", "ever 400", "month 0", "month 1", "month 2",
            "month 29",
        ];
        assert_eq!(bed.ids().await, kept);
    }

    #[tokio::test]
    async fn days_are_never_fewer_than_ids_are_remembered() {
        let mut bed = bed(&[0, 1, 2, 29, 31]).await;
        bed.retention.options.window_hours = 40 * 24;
        bed.retention.look(Duration::from_secs(60)).await;
        assert_eq!(bed.ids().await.len(), 10);
    }

    #[tokio::test]
    async fn a_clock_that_jumps_ahead_removes_nothing_for_a_day() {
        let mut bed = bed(&[0, 2, 29]).await;
        let mut running = Duration::from_secs(60);
        bed.retention.look(running).await;
        for jump in [3 * DAY, 730 * DAY] {
            bed.clock.advance(jump);
            bed.pass(&mut running, 20).await;
            assert_eq!(bed.ids().await.len(), 6, "ahead by {jump}");
            bed.clock.advance(-jump);
            bed.pass(&mut running, 20).await;
            assert_eq!(bed.ids().await.len(), 6, "and back");
        }
        bed.pass(&mut running, 24).await;
        assert_eq!(bed.ids().await.len(), 5, "it goes evenly again, and 29 days have become more than 30");
    }

    #[tokio::test]
    async fn a_start_with_a_wrong_clock_removes_nothing_for_a_day() {
        for ahead in [3 * DAY, 28 * DAY, 730 * DAY] {
            let mut bed = bed(&[0, 1, 2, 29]).await;
            bed.clock.advance(ahead);
            // The second start finds what was received under the wrong clock.
            for start in 0..2 {
                bed.retention.pace = Pace::begin(bed.clock.now());
                bed.retention.look(Duration::from_secs(60)).await;
                assert_eq!(bed.ids().await.len(), 8 + start, "ahead by {ahead}, start {start}");
                bed.clock.advance(MICROS_PER_HOUR);
                let wrong = event("month", &format!("wrong {start}"), bed.clock.now().micros());
                insert(&bed.store, 8 + start as u64, vec![wrong], &[]).await;
                bed.clock.advance(MICROS_PER_HOUR);
            }
            let mut running = Duration::from_secs(60);
            bed.retention.pace = Pace::begin(bed.clock.now());
            bed.pass(&mut running, 25).await;
            assert!(
                !bed.ids().await.contains(&"month 29".to_owned()),
                "it went evenly for a day: it is the time"
            );
        }
    }

    #[tokio::test]
    async fn dead_letters_leave_when_the_clock_is_believed() {
        let mut bed = bed(&[0, 1, 2]).await;
        insert(&bed.store, 6, Vec::new(), &[NOON - 3 * DAY, NOON - 13 * DAY]).await;
        let count = async |bed: &Bed| {
            let all = DeadLetterFilter { limit: 10, ..DeadLetterFilter::default() };
            bed.store.dead_letters(&all).await.unwrap().len()
        };
        bed.clock.advance(20 * DAY);
        bed.retention.pace = Pace::begin(bed.clock.now());
        bed.retention.look(Duration::from_secs(60)).await;
        assert_eq!(count(&bed).await, 2, "a start with a clock that is ahead");
        bed.clock.advance(-18 * DAY);
        bed.retention.pace = Pace::begin(bed.clock.now());
        bed.pass(&mut Duration::from_secs(60), 24).await;
        assert_eq!(count(&bed).await, 1, "it went evenly for a day");
    }
}
