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

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kassa_db::Db;
use kassa_model::{Clock, SystemClock, Timestamp};
use kassa_service::{Shutdown, Status};

mod cache;
mod follower;

use follower::Follower;

use crate::{Error, file};
pub use cache::DaySalts;
use cache::{Cache, Kept, SaltsFile, decode, newest_after_gap};

const FILE: &str = "salts.json";

/// How often the clock is looked at, so that a day's end is seen where nobody visits.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The salts of a data folder, or of all roles that share a database.
#[derive(Debug)]
pub struct Salts {
    cache: Arc<Cache>,
    follower: Option<Follower>,
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
        Ok(Self { cache: Cache::new(Some(path), clock, kept), follower: None })
    }

    /// The salts that all roles of `db` share, read every 5 s and kept through an outage. The schema is
    /// [`MIGRATIONS`](crate::MIGRATIONS), which this applies. Blocks; for the start.
    ///
    /// # Errors
    /// [`Error::Database`] for a schema that is not ours. A database that does not answer is tried again; until it
    /// does, [`status`](Self::status) is down.
    pub fn shared(db: Db, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let cache = Cache::new(None, Arc::clone(&clock), Kept::default());
        let follower = Follower::start(db, clock, Arc::clone(&cache))?;
        Ok(Self { cache, follower: Some(follower) })
    }

    /// Whether the salts are those of the other roles, for `/readyz`; always up with a file.
    pub fn status(&self) -> Status {
        self.follower.as_ref().map_or(Status::Up, Follower::status)
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
        while self.follower.is_none() {
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
        self.cache.kept.lock().unwrap().days.contains_key(&day)
    }

    #[cold]
    fn slow_at(&self, day: i64) -> DaySalts {
        let (salts, turned) = self.cache.slow_at(day);
        if let (true, Some(follower)) = (turned, &self.follower) {
            // Tomorrow's are wanted now, and those of the day before yesterday are to go.
            follower.wake();
        }
        salts
    }
}

#[cfg(test)]
mod tests;
