//! The salts in memory: which days' there are, which are made, which are destroyed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use kassa_model::{Clock, Salt};
use serde::{Deserialize, Serialize};

use crate::secret::{random, to_hex};
use crate::{Error, file};

/// Days gone by whose salts are kept in memory, for demo data.
pub(super) const PAST_DAYS_MAX: usize = 64;

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

/// Salts by day, or by week.
pub(super) type Numbered = BTreeMap<i64, Salt>;

/// The salts in memory.
#[derive(Debug)]
pub(super) struct Cache {
    /// The file they are kept in; `None`: the database keeps them.
    pub(super) path: Option<PathBuf>,
    /// Tells whether the newest day asked for is one to come.
    pub(super) clock: Arc<dyn Clock>,
    /// The newest day asked for, which nearly every event wants.
    pub(super) current: ArcSwapOption<DaySalts>,
    pub(super) kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) newest: Option<i64>,
    /// The newest day, where there is a gap before it: what lies before that is not destroyed yet.
    pub(super) after_gap: Option<i64>,
    pub(super) days: BTreeMap<i64, Salt>,
    pub(super) weeks: BTreeMap<i64, Salt>,
    /// Salts of days before the newest, in memory only.
    pub(super) past: BTreeMap<i64, DaySalts>,
    pub(super) unsaved: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SaltsFile {
    v: u32,
    pub(super) days: BTreeMap<i64, String>,
    pub(super) weeks: BTreeMap<i64, String>,
}

impl Cache {
    pub(super) fn new(path: Option<PathBuf>, clock: Arc<dyn Clock>, kept: Kept) -> Arc<Self> {
        Arc::new(Self { path, clock, current: ArcSwapOption::empty(), kept: Mutex::new(kept) })
    }

    pub(super) fn holds_any(&self) -> bool {
        !self.kept.lock().unwrap_or_else(PoisonError::into_inner).days.is_empty()
    }

    /// The salts of that day, and whether it is a new one.
    pub(super) fn slow_at(&self, day: i64) -> (DaySalts, bool) {
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

    /// Takes over what the database has; where it differs from what is in use, the database is right.
    pub(super) fn take_over(&self, days: Numbered, weeks: Numbered) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let differs = |known: &Numbered, found: &Numbered| {
            known.iter().any(|(number, salt)| found.get(number).is_some_and(|right| right != salt))
        };
        let wrong = differs(&kept.days, &days) || differs(&kept.weeks, &weeks);
        kept.days.extend(days);
        kept.weeks.extend(weeks);
        if wrong {
            tracing::warn!("salts made here while the database was away give way to its own");
            kept.past.clear();
            self.current.store(None);
        }
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
pub(super) fn newest_after_gap(days: &BTreeMap<i64, String>) -> Option<i64> {
    let newest = *days.keys().next_back()?;
    (*days.keys().next()? < newest - 1).then_some(newest)
}

/// Weeks since the Monday before the Unix epoch, which was a Thursday.
pub(super) fn week_of(day: i64) -> i64 {
    (day + 3).div_euclid(7)
}

pub(super) fn fresh() -> Salt {
    Salt(random::<16>())
}

pub(super) fn decode(path: &Path, texts: &BTreeMap<i64, String>) -> Result<BTreeMap<i64, Salt>, Error> {
    let shape = || {
        let source = std::io::Error::new(std::io::ErrorKind::InvalidData, "a salt is 32 hexadecimal digits");
        Error::File { path: path.to_owned(), source }
    };
    texts.iter().map(|(key, text)| Ok((*key, parse(text).ok_or_else(shape)?))).collect()
}

/// A salt of 32 hexadecimal digits.
pub(super) fn parse(text: &str) -> Option<Salt> {
    let bits = u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32)?;
    Some(Salt(bits.to_be_bytes()))
}
