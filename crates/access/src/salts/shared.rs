//! Salts in the database, for roles in several processes: read every 5 s, made a day ahead, destroyed when they are older
//! than yesterday.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use kassa_db::{Db, Tx};
use kassa_model::{Clock, Salt};
use kassa_service::Status;
use tokio::runtime::Runtime;

use super::{Cache, fresh, parse, week_of};
use crate::poll::{Followed, Poller};
use crate::secret::to_hex;
use crate::{Error, store};

const DAY: &str = "day";
const WEEK: &str = "week";

/// Salts by day, or by week.
type Numbered = BTreeMap<i64, Salt>;

/// The thread that keeps the cache in step with the database.
#[derive(Debug)]
pub(super) struct Shared {
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
}

/// The salts that there must be around a day.
#[derive(Debug, Clone)]
struct Wanted {
    days: Numbered,
    weeks: Numbered,
    oldest_day: i64,
    oldest_week: i64,
}

/// What the database has.
#[derive(Debug)]
struct Found {
    days: Numbered,
    weeks: Numbered,
}

impl Shared {
    pub(super) fn start(db: Db, clock: Arc<dyn Clock>, cache: Arc<Cache>) -> Result<Self, Error> {
        let (followed, known) = (Followed::new(db, "the salts"), AtomicBool::new(false));
        let source = Arc::new(Source { followed, clock, cache, known });
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
        self.cache.take_over(found);
        self.known.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Yesterday's, today's and tomorrow's: those in use here if there are any, so that nothing changes without need.
    fn wanted(&self, today: i64) -> Wanted {
        let kept = self.cache.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |salts: &Numbered, number: i64| salts.get(&number).copied().unwrap_or_else(fresh);
        let days = today - 1..=today + 1;
        let weeks = week_of(today - 1)..=week_of(today + 1);
        Wanted {
            days: days.map(|day| (day, known(&kept.days, day))).collect(),
            weeks: weeks.map(|week| (week, known(&kept.weeks, week))).collect(),
            oldest_day: today - 1,
            oldest_week: week_of(today - 1),
        }
    }
}

impl Wanted {
    fn is_met_by(&self, found: &Found) -> bool {
        let all = |wanted: &Numbered, found: &Numbered, oldest: i64| {
            wanted.keys().all(|number| found.contains_key(number)) && found.keys().all(|n| *n >= oldest)
        };
        all(&self.days, &found.days, self.oldest_day) && all(&self.weeks, &found.weeks, self.oldest_week)
    }

    fn write(&self, tx: &mut Tx<'_>) -> Result<Found, kassa_db::Error> {
        for (kind, oldest, salts) in
            [(DAY, self.oldest_day, &self.days), (WEEK, self.oldest_week, &self.weeks)]
        {
            store::delete_salts(tx, kind, oldest)?;
            for (number, salt) in salts {
                store::insert_salt(tx, kind, *number, &to_hex(&salt.0))?;
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

impl Cache {
    /// Takes over what the database has; where it differs from what is in use, the database is right.
    fn take_over(&self, found: Found) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let differs = |known: &Numbered, found: &Numbered| {
            known.iter().any(|(number, salt)| found.get(number).is_some_and(|right| right != salt))
        };
        let wrong = differs(&kept.days, &found.days) || differs(&kept.weeks, &found.weeks);
        kept.days.extend(found.days);
        kept.weeks.extend(found.weeks);
        if wrong {
            tracing::warn!("salts made here while the database was away give way to its own");
            kept.past.clear();
            self.current.store(None);
        }
    }
}
