//! The secrets behind cookieless visitors: 16 random bytes per UTC day, and per week for routing.
//!
//! Kept in `<data>/salts.json` (mode 0600) so that a restart does not split a day's visitors, and destroyed when they are
//! older than yesterday: after that nobody, we included, can link a visitor to an address. Never in a backup. After a gap of
//! days they stay until the next midnight, for the clock may have been set ahead: once it is right again the day goes on with
//! its own salts, and those of the time to come are destroyed.
//! ```json
//! {"v":1,"days":{"20778":"00112233445566778899aabbccddeeff"},"weeks":{"2968":"…"}}
//! ```
//! Roles in several processes share them through the database instead ([`Salts::shared`]): the first insert wins, and the
//! next day's are there a day ahead, so that midnight needs no database.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use kassa_db::Db;
use kassa_model::{Clock, Salt, SystemClock, Timestamp};
use kassa_service::{Shutdown, Status};
use serde::{Deserialize, Serialize};

mod shared;

use shared::Shared;

use crate::secret::{random, to_hex};
use crate::{Error, file};

const FILE: &str = "salts.json";

/// Days gone by whose salts are kept in memory, for demo data.
const PAST_DAYS_MAX: usize = 64;

/// How often the clock is looked at, so that a day's end is seen where nobody visits.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// So many days ahead of today there may be salts.
const AHEAD_DAYS: i64 = 1;

/// The secrets of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySalts {
    /// Days since the Unix epoch, UTC.
    pub day: i64,
    /// This day's.
    pub today: Salt,
    /// The day before's.
    pub yesterday: Salt,
    /// The week's, from Monday on: for routing.
    pub weekly: Salt,
}

/// The salts of a data folder, or of all roles that share a database.
#[derive(Debug)]
pub struct Salts {
    cache: Arc<Cache>,
    shared: Option<Shared>,
}

/// The salts in memory.
#[derive(Debug)]
struct Cache {
    /// The file they are kept in; `None`: the database keeps them.
    path: Option<PathBuf>,
    /// Tells whether the newest day asked for is one to come.
    clock: Arc<dyn Clock>,
    /// The newest day asked for, which nearly every event wants.
    current: ArcSwapOption<DaySalts>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    newest: Option<i64>,
    /// The newest day, where there is a gap before it: what lies before that is not destroyed yet.
    after_gap: Option<i64>,
    days: BTreeMap<i64, Salt>,
    weeks: BTreeMap<i64, Salt>,
    /// Salts of days before the newest, in memory only.
    past: BTreeMap<i64, DaySalts>,
    unsaved: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct SaltsFile {
    v: u32,
    days: BTreeMap<i64, String>,
    weeks: BTreeMap<i64, String>,
}

impl Salts {
    /// The salts kept in the folder `data`; none yet is fine.
    ///
    /// # Errors
    /// [`Error`] when the file is there and cannot be read.
    pub fn open(data: &Path) -> Result<Self, Error> {
        Self::open_by(data, Arc::new(SystemClock))
    }

    fn open_by(data: &Path, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let path = data.join(FILE);
        let kept = match file::read::<SaltsFile>(&path)? {
            None => Kept::default(),
            Some(found) => Kept {
                newest: found.days.keys().next_back().copied(),
                after_gap: newest_after_gap(&found.days),
                days: decode(&path, &found.days)?,
                weeks: decode(&path, &found.weeks)?,
                ..Kept::default()
            },
        };
        Ok(Self { cache: Cache::new(Some(path), clock, kept), shared: None })
    }

    /// The salts that all roles of `db` share, read every 5 s and kept through an outage. The schema is
    /// [`MIGRATIONS`](crate::MIGRATIONS), which this applies. Blocks; for the start.
    ///
    /// # Errors
    /// [`Error::Database`] for a schema that is not ours. A database that does not answer is tried again; until it
    /// does, [`status`](Self::status) is down.
    pub fn shared(db: Db, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let cache = Cache::new(None, Arc::clone(&clock), Kept::default());
        let shared = Shared::start(db, clock, Arc::clone(&cache))?;
        Ok(Self { cache, shared: Some(shared) })
    }

    /// Whether the salts are those of the other roles, for `/readyz`; always up with a file.
    pub fn status(&self) -> Status {
        self.shared.as_ref().map_or(Status::Up, Shared::status)
    }

    /// The salts of the day of `now`, a time of receipt.
    ///
    /// A new day's are made, kept and older ones destroyed, once; whoever asks at the same time gets the same. Should the
    /// disk refuse, they serve from memory, and the next new day tries again. Days before yesterday (of the newest
    /// day asked for, unless that is still to come) get salts that live in memory only.
    pub fn at(&self, now: Timestamp) -> DaySalts {
        let day = now.day();
        match &*self.cache.current.load() {
            Some(current) if current.day == day => **current,
            _ => self.slow_at(day),
        }
    }

    /// Destroys what midnight makes too old, though nobody visits: looks at the clock once a minute until the shutdown.
    /// Salts in a database are looked after by the thread that reads them.
    pub async fn follow_clock(self: Arc<Self>, shutdown: Shutdown) {
        self.turn_every(LOOK_EVERY, shutdown).await;
    }

    async fn turn_every(&self, every: Duration, shutdown: Shutdown) {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while self.shared.is_none() {
            tokio::select! {
                () = shutdown.wait() => return,
                _ = ticks.tick() => {}
            }
            // Where there are none, there is nothing to destroy, and none are made.
            if self.cache.holds_any() {
                self.at(self.cache.clock.now());
            }
        }
    }

    /// Whether the salt of that day is in memory, so that asking for it makes none.
    #[cfg(test)]
    pub(crate) fn has(&self, day: i64) -> bool {
        self.cache.kept.lock().unwrap_or_else(PoisonError::into_inner).days.contains_key(&day)
    }

    #[cold]
    fn slow_at(&self, day: i64) -> DaySalts {
        let (salts, turned) = self.cache.slow_at(day);
        if let (true, Some(shared)) = (turned, &self.shared) {
            // Tomorrow's are wanted now, and those of the day before yesterday are to go.
            shared.wake();
        }
        salts
    }
}

impl Cache {
    fn new(path: Option<PathBuf>, clock: Arc<dyn Clock>, kept: Kept) -> Arc<Self> {
        Arc::new(Self { path, clock, current: ArcSwapOption::empty(), kept: Mutex::new(kept) })
    }

    fn holds_any(&self) -> bool {
        !self.kept.lock().unwrap_or_else(PoisonError::into_inner).days.is_empty()
    }

    /// The salts of that day, and whether it is a new one.
    fn slow_at(&self, day: i64) -> (DaySalts, bool) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let came_back = kept.come_back_to(self.clock.now().day().max(day));
        let newest = kept.newest.unwrap_or(day).max(day);
        if day < newest {
            return (kept.of_the_past(day), false);
        }
        let turned = came_back || kept.newest != Some(day);
        if turned {
            // What was kept for askers behind the clock may hold salts that are now too old.
            kept.past.clear();
            // Only a gap is waited for that the clock may still come back over: a second one ends the first.
            let before = kept.newest.filter(|_| !came_back);
            if let (Some(newest), Some(_)) = (before, kept.after_gap.take()) {
                kept.destroy_before(newest - 1);
            }
            kept.after_gap = kept.newest.filter(|newest| *newest < day - 1).map(|_| day);
        }
        kept.newest = Some(day);
        let salts = kept.of_now(day);
        kept.destroy_before(day - 1);
        if let (true, Some(path)) = (kept.unsaved, &self.path) {
            match file::write(path, &kept.to_file()) {
                Ok(()) => kept.unsaved = false,
                Err(error) => {
                    tracing::error!(%error, "cannot keep the day's salts: a restart would split visitors")
                }
            }
        }
        self.current.store(Some(Arc::new(salts)));
        (salts, turned)
    }
}

impl Kept {
    fn of_now(&mut self, day: i64) -> DaySalts {
        let week = week_of(day);
        let mut made = false;
        let mut make = |salt: Option<&Salt>| {
            salt.copied().unwrap_or_else(|| {
                made = true;
                fresh()
            })
        };
        let today = make(self.days.get(&day));
        let yesterday = make(self.days.get(&(day - 1)));
        let weekly = make(self.weeks.get(&week));
        self.days.insert(day, today);
        self.days.insert(day - 1, yesterday);
        self.weeks.insert(week, weekly);
        self.unsaved |= made;
        DaySalts { day, today, yesterday, weekly }
    }

    fn of_the_past(&mut self, day: i64) -> DaySalts {
        if let Some(known) = self.past.get(&day) {
            return *known;
        }
        // Neighbouring days share what they have in common, so that a session across midnight stays one.
        let before = self.past.get(&(day - 1)).map(|before| before.today);
        let after = self.past.get(&(day + 1)).map(|after| after.yesterday);
        let same_week = self.past.values().find(|known| week_of(known.day) == week_of(day));
        let yesterday = self.days.get(&(day - 1)).copied().or(before);
        let today = self.days.get(&day).copied().or(after);
        let weekly = self.weeks.get(&week_of(day)).copied().or(same_week.map(|known| known.weekly));
        let salts = DaySalts {
            day,
            today: today.unwrap_or_else(fresh),
            yesterday: yesterday.unwrap_or_else(fresh),
            weekly: weekly.unwrap_or_else(fresh),
        };
        self.past.insert(day, salts);
        if self.past.len() > PAST_DAYS_MAX {
            // The day at the other end is the one that is least likely to be asked for next.
            let other_end =
                if self.past.keys().next() == Some(&day) { BTreeMap::pop_last } else { BTreeMap::pop_first };
            other_end(&mut self.past);
        }
        salts
    }

    /// Where the newest day asked for is after `now`, the clock was set ahead and is right again: destroys what is of
    /// that time. Says whether it was so.
    fn come_back_to(&mut self, now: i64) -> bool {
        if self.newest.is_none_or(|newest| newest <= now) {
            return false;
        }
        (self.newest, self.after_gap) = (Some(now), None);
        self.past.clear();
        self.days.retain(|day, _| *day <= now + AHEAD_DAYS);
        self.weeks.retain(|week, _| *week <= week_of(now + AHEAD_DAYS));
        self.unsaved = true;
        true
    }

    /// Forgets the days before `oldest`, and the weeks that ended before it; not on the day after a gap.
    fn destroy_before(&mut self, oldest: i64) {
        if self.after_gap.is_some_and(|newest| newest > oldest) {
            return;
        }
        let (days, weeks) = (self.days.len(), self.weeks.len());
        self.days.retain(|day, _| *day >= oldest);
        self.weeks.retain(|week, _| *week >= week_of(oldest));
        self.unsaved |= self.days.len() < days || self.weeks.len() < weeks;
    }

    fn to_file(&self) -> SaltsFile {
        let encode =
            |salts: &BTreeMap<i64, Salt>| salts.iter().map(|(key, salt)| (*key, to_hex(&salt.0))).collect();
        SaltsFile { v: file::VERSION, days: encode(&self.days), weeks: encode(&self.weeks) }
    }
}

/// The newest of these days, if there are others before a gap.
fn newest_after_gap(days: &BTreeMap<i64, String>) -> Option<i64> {
    let newest = *days.keys().next_back()?;
    (*days.keys().next()? < newest - 1).then_some(newest)
}

/// Weeks since the Monday before the Unix epoch, which was a Thursday.
fn week_of(day: i64) -> i64 {
    (day + 3).div_euclid(7)
}

fn fresh() -> Salt {
    Salt(random::<16>())
}

fn decode(path: &Path, texts: &BTreeMap<i64, String>) -> Result<BTreeMap<i64, Salt>, Error> {
    let shape = || {
        let source = std::io::Error::new(std::io::ErrorKind::InvalidData, "a salt is 32 hexadecimal digits");
        Error::File { path: path.to_owned(), source }
    };
    texts.iter().map(|(key, text)| Ok((*key, parse(text).ok_or_else(shape)?))).collect()
}

/// A salt of 32 hexadecimal digits.
fn parse(text: &str) -> Option<Salt> {
    let bits = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32)?;
    Some(Salt(bits.to_be_bytes()))
}

#[cfg(test)]
mod tests;
