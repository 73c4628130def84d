//! A process that is killed again and again, in turn at random and at named fail points, and started again each time. It
//! counts how often it really died at each point, under load; a point that nobody passes is killed at random instead, and
//! tried again at the end.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, Instant};

use crate::kassa::{DEADLINE, Kassa, Start};
use crate::market::Random;

/// How long an armed point may take to be passed: longer than a lease that the killed process has left behind.
const PASSED_WITHIN: Duration = Duration::from_secs(25);
/// How many more chances a point gets that was not passed.
const CHANCES: u64 = 3;

/// How it is to be killed.
#[derive(Debug, Clone)]
pub(crate) struct Victim {
    pub(crate) start: Start,
    /// The points, each in its turn.
    pub(crate) points: &'static [&'static str],
    /// Kills, at the least: every point has a turn.
    pub(crate) kills: u64,
    /// The longest life before a kill at random, ms.
    pub(crate) life_ms: u64,
    /// Every fifth of them at least, ms: so that what a killed process has left behind, such as a lease, runs out.
    pub(crate) long_life_ms: u64,
    pub(crate) seed: u64,
}

/// What became of it.
pub(crate) struct Survivor {
    /// Running, with nothing armed.
    pub(crate) kassa: Kassa,
    pub(crate) kills: Kills,
}

/// How often it died, where.
#[derive(Debug, Default)]
pub(crate) struct Kills {
    at_random: u64,
    /// Deaths of an armed process before it served.
    at_start: u64,
    at_point: BTreeMap<&'static str, u64>,
    /// The highest pass of a point that a start has reached: the next one is to be beyond it.
    of_start: BTreeMap<&'static str, u64>,
    /// Points that were not passed in time.
    in_vain: u64,
}

/// One life.
#[derive(Debug, Clone, Copy)]
enum Turn {
    /// After so many ms.
    AtRandom(u64),
    /// At the pass of this number.
    At(&'static str, u64),
}

impl Victim {
    /// Kills it as often as was asked for, beginning with the running `kassa`; `moved` is told of each new one.
    pub(crate) fn torment(&self, kassa: Kassa, mut moved: impl FnMut(&Kassa)) -> Survivor {
        let mut random = Random(self.seed);
        let mut kills = Kills::default();
        kills.at_point.extend(self.points.iter().map(|point| (*point, 0)));
        live(kassa, Turn::AtRandom(20 + random.below(self.life_ms)), &mut kills);
        let mut turns = 1;
        while let Some(turn) = self.turn(turns, &mut random, &kills) {
            turns += 1;
            match self.begin(turn) {
                Some(kassa) => {
                    moved(&kassa);
                    live(kassa, turn, &mut kills);
                }
                None => kills.count_start(turn),
            }
        }
        let kassa = self.again();
        moved(&kassa);
        Survivor { kassa, kills }
    }

    /// What comes after so many turns: a point and a kill at random by turns, then the points that were never passed.
    fn turn(&self, turns: u64, random: &mut Random, kills: &Kills) -> Option<Turn> {
        let points = self.points.len() as u64;
        let all = self.kills.max(2 * points);
        if turns >= all {
            let missed = kills.at_point.iter().find(|(_, count)| **count == 0);
            let chance = missed.filter(|_| turns < all + CHANCES * points);
            return chance.map(|(point, _)| Turn::At(point, kills.beyond_start(point) + random.below(40)));
        }
        if turns.is_multiple_of(2) {
            let least = if turns.is_multiple_of(10) { self.long_life_ms } else { 20 };
            return Some(Turn::AtRandom(least + random.below(self.life_ms)));
        }
        let point = self.points[(turns / 2 % points) as usize];
        // The database's points are passed at the start already, by more than what orders do.
        let passes = if point.starts_with("db.") { 40 } else { 20 };
        Some(Turn::At(point, kills.beyond_start(point) + random.below(passes)))
    }

    /// Starts it for a turn; nothing if it died before it served.
    fn begin(&self, turn: Turn) -> Option<Kassa> {
        match turn {
            Turn::AtRandom(_) => Some(self.again()),
            Turn::At(point, passes) => {
                let armed = self.start.clone().env("KASSA_FAILPOINTS", &format!("{point}={passes}"));
                armed.try_start().ok()
            }
        }
    }

    /// Starts it with nothing armed. What it needs may be down just now: then again.
    fn again(&self) -> Kassa {
        let began = Instant::now();
        loop {
            match self.start.try_start() {
                Ok(kassa) => return kassa,
                Err(why) => assert!(began.elapsed() < DEADLINE, "kassa does not start again: {why}"),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Lets it live for a turn, and then no longer.
fn live(mut kassa: Kassa, turn: Turn, kills: &mut Kills) {
    let point = match turn {
        Turn::At(point, _) => point,
        Turn::AtRandom(ms) => {
            // Time itself: a kill comes at any moment.
            std::thread::sleep(Duration::from_millis(ms));
            kills.at_random += 1;
            return kassa.kill();
        }
    };
    let began = Instant::now();
    while !kassa.has_ended() {
        if began.elapsed() > PASSED_WITHIN {
            kills.in_vain += 1;
            return kassa.kill();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let status = kassa.ended();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(6), "{point}: {status}");
    *kills.at_point.entry(point).or_default() += 1;
}

impl Kills {
    /// An armed process died before it served.
    fn count_start(&mut self, turn: Turn) {
        self.at_start += 1;
        if let Turn::At(point, pass) = turn {
            let highest = self.of_start.entry(point).or_default();
            *highest = pass.max(*highest);
        }
    }

    /// The first pass of `point` that no start is known to reach.
    fn beyond_start(&self, point: &str) -> u64 {
        self.of_start.get(point).map_or(1, |pass| pass + 1)
    }

    /// How many there were.
    pub(crate) fn all(&self) -> u64 {
        self.at_random + self.in_vain + self.at_start + self.at_point.values().sum::<u64>()
    }

    /// Every point was passed under load, and died at, at least once.
    pub(crate) fn assert_every_point(&self) {
        let never: Vec<_> = self.at_point.iter().filter(|(_, count)| **count == 0).collect();
        assert!(never.is_empty(), "never passed: {never:?} ({self})");
    }
}

impl fmt::Display for Kills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kills: {} at random", self.all(), self.at_random)?;
        for (point, count) in &self.at_point {
            write!(f, ", {count} at {point}")?;
        }
        write!(f, ", {} of armed processes at their start, {} in vain", self.at_start, self.in_vain)
    }
}
