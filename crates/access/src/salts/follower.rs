//! Salts in the database, for roles in several processes: read every 5 s, made a day ahead, destroyed when they are older
//! than yesterday or of a time to come. Those of the day outlast a clock that this process sees set ahead by days, for as long
//! as it may be set right again: 24 hours.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kassa_db::{Db, Tx};
use kassa_model::Clock;
use kassa_service::Status;
use tokio::runtime::Runtime;

use super::cache::{Cache, Numbered, fresh, parse, week_of};
use crate::poll::{Followed, Poller};
use crate::secret::to_hex;
use crate::{Error, store};

const DAY: &str = "day";
const WEEK: &str = "week";

/// A clock that was set ahead by mistake is right again by then.
const CLOCK_SET_RIGHT_WITHIN: Duration = Duration::from_secs(24 * 3_600);

/// The thread that keeps the cache in step with the database.
#[derive(Debug)]
pub(super) struct Follower {
    source: Arc<Source>,
    poller: Poller,
}

#[derive(Debug)]
struct Source {
    followed: Followed,
    clock: Arc<dyn Clock>,
    cache: Arc<Cache>,
    /// Whether they have been read once.
    known: AtomicBool,
    /// The day that the clock said last.
    seen: Mutex<Seen>,
}

/// What the clock said, for it may be wrong.
#[derive(Debug, Default)]
struct Seen {
    today: Option<i64>,
    /// From which day on salts are kept since the clock was set ahead by days, and since when.
    kept_from: Option<(i64, Instant)>,
}

/// The salts that there must be around a day.
#[derive(Debug, Clone)]
struct Wanted {
    days: Numbered,
    weeks: Numbered,
    oldest_day: i64,
    newest_day: i64,
}

/// What the database has.
#[derive(Debug)]
struct Found {
    days: Numbered,
    weeks: Numbered,
}

impl Follower {
    pub(super) fn start(db: Db, clock: Arc<dyn Clock>, cache: Arc<Cache>) -> Result<Self, Error> {
        let (followed, known) = (Followed::new(db, "the salts"), AtomicBool::new(false));
        let source = Arc::new(Source { followed, clock, cache, known, seen: Mutex::default() });
        let polled = Arc::clone(&source);
        let round = move |runtime: &Runtime| polled.followed.round(runtime, polled.catch_up());
        Ok(Self { source, poller: Poller::follow("salts", round)? })
    }

    /// Asks for a reading soon.
    pub(super) fn wake(&self) {
        self.poller.wake();
    }

    pub(super) fn status(&self) -> Status {
        match self.source.known.load(Ordering::Relaxed) {
            true => Status::Up,
            false => Status::Down("salts have not been read from the database yet".to_owned()),
        }
    }
}

impl Source {
    async fn catch_up(&self) -> Result<(), kassa_db::Error> {
        let wanted = self.wanted(self.clock.now().day());
        let mut found = self.followed.db.read(find).await?;
        if !wanted.is_met_by(&found) {
            found = self.followed.db.write(move |tx| wanted.write(tx)).await?;
        }
        self.cache.take_over(found.days, found.weeks);
        self.known.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Yesterday's, today's and tomorrow's: those in use here if there are any, so that nothing changes without need.
    fn wanted(&self, today: i64) -> Wanted {
        let oldest_day = self.seen.lock().unwrap_or_else(PoisonError::into_inner).oldest_kept(today);
        let kept = self.cache.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |salts: &Numbered, number: i64| salts.get(&number).copied().unwrap_or_else(fresh);
        let days = today - 1..=today + 1;
        let weeks = week_of(today - 1)..=week_of(today + 1);
        Wanted {
            days: days.map(|day| (day, known(&kept.days, day))).collect(),
            weeks: weeks.map(|week| (week, known(&kept.weeks, week))).collect(),
            oldest_day,
            // A role whose clock is a little ahead may have made the day after tomorrow's.
            newest_day: today + 2,
        }
    }
}

impl Seen {
    /// The oldest day whose salts are kept: yesterday; an earlier one for 24 hours after the clock was set ahead by days.
    fn oldest_kept(&mut self, today: i64) -> i64 {
        match self.today {
            Some(before) if today > before + 1 => self.kept_from = Some((before - 1, Instant::now())),
            Some(before) if today < before => self.kept_from = None,
            _ => {}
        }
        self.today = Some(today);
        self.kept_from = self.kept_from.filter(|(_, since)| since.elapsed() < CLOCK_SET_RIGHT_WITHIN);
        self.kept_from.map_or(today - 1, |(day, _)| day.min(today - 1))
    }
}

impl Wanted {
    fn is_met_by(&self, found: &Found) -> bool {
        let all =
            |wanted: &Numbered, found: &Numbered| wanted.keys().all(|number| found.contains_key(number));
        let stale = self.stale(found).iter().all(|(_, numbers)| numbers.is_empty());
        all(&self.days, &found.days) && all(&self.weeks, &found.weeks) && stale
    }

    /// What is to be destroyed of what there is: what is of no day that is kept, and weeks of none.
    fn stale(&self, found: &Found) -> [(&'static str, Vec<i64>); 2] {
        let kept = |day: &i64| (self.oldest_day..=self.newest_day).contains(day);
        let days = || found.days.keys().copied();
        let weeks_kept: BTreeSet<i64> =
            days().filter(kept).map(week_of).chain(self.weeks.keys().copied()).collect();
        let weeks = found.weeks.keys().copied().filter(|week| !weeks_kept.contains(week));
        [(DAY, days().filter(|day| !kept(day)).collect()), (WEEK, weeks.collect())]
    }

    fn write(&self, tx: &mut Tx<'_>) -> Result<Found, kassa_db::Error> {
        for (kind, salts) in [(DAY, &self.days), (WEEK, &self.weeks)] {
            for (number, salt) in salts {
                store::insert_salt(tx, kind, *number, &to_hex(&salt.0))?;
            }
        }
        for (kind, numbers) in self.stale(&find(tx)?) {
            for number in numbers {
                store::delete_salt(tx, kind, number)?;
            }
        }
        find(tx)
    }
}

fn find(tx: &mut Tx<'_>) -> Result<Found, kassa_db::Error> {
    Ok(Found { days: read(&store::salts(tx, DAY)?)?, weeks: read(&store::salts(tx, WEEK)?)? })
}

fn read(found: &[(i64, String)]) -> Result<Numbered, kassa_db::Error> {
    let shape = || kassa_db::Error::Invalid("a stored salt is not 32 hexadecimal digits".to_owned());
    found.iter().map(|(number, text)| Ok((*number, parse(text).ok_or_else(shape)?))).collect()
}
