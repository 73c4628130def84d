//! What is remembered of one visitor's sessions, in parts by generation of the log's records.
//!
//! Nearly always it is one part, which lies in the table of visitors itself. A few are a sorted list that is looked through.
//! Many, as only a program sends them, are trees: whatever a visitor does, an event costs the logarithm of its parts.

use std::collections::BTreeMap;

use kassa_model::MICROS_PER_HOUR;

use super::ladder::{Ladder, Span};

/// A session holds times up to so far before its first and after its last event: 30 minutes.
const PAUSE_MICROS: i64 = MICROS_PER_HOUR / 2;

/// What nobody did joins a session up to so long after its last event: 24 hours.
const LATEST_MICROS: i64 = 24 * MICROS_PER_HOUR;

/// A list is looked through up to so many parts.
const FEW_MAX: usize = 16;

/// What an allocation takes beside its content, about.
const ALLOCATION_BYTES: usize = 16;

/// Bytes of a slice of many: its nodes of two trees, which are half full at worst.
pub(super) const CROWD_SLICE_BYTES: usize = 160;

/// Part of a session: its events of one generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    /// What is known of the visit.
    pub(super) begun: Begun,
    /// The session.
    pub(super) session: i64,
    /// The earliest of its events.
    pub(super) first: i64,
    /// The latest.
    pub(super) last: i64,
    /// The number of the generation.
    pub(super) generation: u16,
}

/// What is known of a visit. All slices of a session that were made in the order of the log have the same, or do not have
/// its facts yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Begun {
    /// The number of its facts ([`super::facts`]).
    pub(super) facts: u32,
    /// When it began.
    pub(super) at: i64,
}

/// Which sessions an event may join, by their first and last events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach {
    begin_max: i64,
    end_min: i64,
}

/// What became of a slice that was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// It is a new one.
    New,
    /// It is more of one that is there, which had these facts.
    More(u32),
}

/// The slices of a visitor, never none.
#[derive(Debug)]
pub(super) enum Slices {
    /// The usual case, which needs no allocation: one slice, from its first event to `lasts` µs later, of a visit that began
    /// `since` µs after that first event (an earlier one may be known no more, or have come later).
    One { generation: u16, lasts: u32, session: i64, first: i64, since: i32, facts: u32 },
    /// By session, then generation; also one that is longer than 71 minutes, or began 35 minutes away.
    Few(Box<[Slice]>),
    /// More than [`FEW_MAX`].
    Many(Box<Crowd>),
}

/// Slices by session and generation, and each session's whole span where a moment's session is found.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    slices: BTreeMap<(i64, u16), (Span, Begun)>,
    ladder: Ladder,
}

impl Reach {
    /// Those that hold the time.
    pub(super) fn holding(time: i64) -> Self {
        Self { begin_max: time.saturating_add(PAUSE_MICROS), end_min: time.saturating_sub(PAUSE_MICROS) }
    }

    /// Those that began no later than the time and hold it.
    pub(super) fn under_way(time: i64) -> Self {
        Self { begin_max: time, ..Self::holding(time) }
    }

    /// Those that began no later than the time and ended at most 24 hours before it.
    pub(super) fn latest(time: i64) -> Self {
        Self { begin_max: time, end_min: time.saturating_sub(LATEST_MICROS) }
    }

    /// Whether a session from its first to its last event is one of them.
    pub(super) fn has(self, span: Span) -> bool {
        span.first <= self.begin_max && span.last >= self.end_min
    }
}

impl Slice {
    fn key(&self) -> (i64, u16) {
        (self.session, self.generation)
    }

    fn span(&self) -> Span {
        Span { first: self.first, last: self.last }
    }

    /// With more of it: what is known of the visit then is what the later events say.
    fn and(self, more: Self) -> Self {
        let span = self.span().and(more.span());
        Self { first: span.first, last: span.last, ..more }
    }
}

impl Slices {
    /// A visitor of one slice.
    pub(super) fn new(slice: Slice) -> Self {
        let Slice { session, first, last, generation, begun } = slice;
        let lasts = last.checked_sub(first).and_then(|lasts| u32::try_from(lasts).ok());
        let since = begun.at.checked_sub(first).and_then(|since| i32::try_from(since).ok());
        match (lasts, since) {
            (Some(lasts), Some(since)) => {
                Self::One { generation, lasts, session, first, since, facts: begun.facts }
            }
            _ => Self::Few(Box::new([slice])),
        }
    }

    /// The slice of [`Self::One`].
    fn only(&self) -> Option<Slice> {
        let Self::One { generation, lasts, session, first, since, facts } = *self else { return None };
        let begun = Begun { facts, at: first.saturating_add(i64::from(since)) };
        Some(Slice { session, first, last: first.saturating_add(i64::from(lasts)), generation, begun })
    }

    /// A visitor of these slices, in their order; none when there are none.
    fn of(slices: Vec<Slice>) -> Option<Self> {
        match slices.as_slice() {
            [] => None,
            [only] => Some(Self::new(*only)),
            few if few.len() <= FEW_MAX => Some(Self::Few(slices.into_boxed_slice())),
            _ => Some(Self::Many(Box::new(slices.into_iter().collect()))),
        }
    }

    /// Bytes that it takes outside of the table of visitors.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::One { .. } => 0,
            Self::Few(few) => few.len() * size_of::<Slice>() + ALLOCATION_BYTES,
            Self::Many(crowd) => crowd.slices.len() * CROWD_SLICE_BYTES,
        }
    }

    /// The session that an event of this reach joins; the one with the latest event, if there are several.
    pub(super) fn joined(&self, reach: Reach) -> Option<i64> {
        let few = match self {
            Self::One { lasts, session, first, .. } => {
                let span = Span { first: *first, last: first.saturating_add(i64::from(*lasts)) };
                return reach.has(span).then_some(*session);
            }
            Self::Few(few) => few,
            Self::Many(crowd) => return crowd.ladder.reaching(reach.begin_max, reach.end_min),
        };
        let whole = |parts: &[Slice]| {
            let (one, rest) = parts.split_first()?;
            let span = rest.iter().fold(one.span(), |span, part| span.and(part.span()));
            reach.has(span).then_some((span.last, span.first, one.session))
        };
        let sessions = few.chunk_by(|one, next| one.session == next.session);
        sessions.filter_map(whole).max().map(|(_, _, session)| session)
    }

    /// From the first to the last event of `wanted`, if there is a part of it.
    pub(super) fn span(&self, wanted: i64) -> Option<Span> {
        match self {
            Self::One { session, .. } if *session != wanted => None,
            Self::One { .. } => self.only().map(|slice| slice.span()),
            Self::Few(few) => {
                let of = few.iter().filter(|slice| slice.session == wanted);
                of.map(Slice::span).reduce(Span::and)
            }
            Self::Many(crowd) => crowd.span(wanted),
        }
    }

    /// Whether there is a part of `session`.
    pub(super) fn has(&self, wanted: i64) -> bool {
        match self {
            Self::One { session, .. } => *session == wanted,
            Self::Few(few) => few.binary_search_by_key(&wanted, |slice| slice.session).is_ok(),
            Self::Many(crowd) => crowd.span(wanted).is_some(),
        }
    }

    /// What is known of the visit of `wanted`, if there is a part of it: with its facts, if any part has them.
    pub(super) fn begun(&self, wanted: i64) -> Option<Begun> {
        match self {
            Self::One { session, .. } if *session != wanted => None,
            Self::One { .. } => self.only().map(|slice| slice.begun),
            Self::Few(few) => {
                let of = few.iter().filter(|slice| slice.session == wanted);
                of.map(|slice| slice.begun).max()
            }
            Self::Many(crowd) => {
                let parts = crowd.slices.range((wanted, u16::MIN)..=(wanted, u16::MAX));
                parts.map(|(_, (_, begun))| *begun).max()
            }
        }
    }

    /// Calls `each` with the facts of every slice.
    pub(super) fn each_facts(&self, mut each: impl FnMut(u32)) {
        match self {
            Self::One { facts, .. } => each(*facts),
            Self::Few(few) => few.iter().for_each(|slice| each(slice.begun.facts)),
            Self::Many(crowd) => crowd.slices.values().for_each(|(_, begun)| each(begun.facts)),
        }
    }

    /// Takes in a part of a session.
    pub(super) fn add(&mut self, new: Slice) -> Added {
        let slices = match self {
            Self::One { .. } => {
                let Some(one) = self.only() else { return Added::New };
                if one.key() == new.key() {
                    *self = Self::new(one.and(new));
                    return Added::More(one.begun.facts);
                }
                with(&[one], new)
            }
            Self::Few(few) => match few.binary_search_by_key(&new.key(), Slice::key) {
                Ok(at) => {
                    let before = few[at];
                    few[at] = before.and(new);
                    // A late event may bring its begin so near that it needs no list: so it would be after a restart.
                    if let [only] = few[..] {
                        *self = Self::new(only);
                    }
                    return Added::More(before.begun.facts);
                }
                Err(_) => with(few, new),
            },
            Self::Many(crowd) => return crowd.add(new),
        };
        if let Some(slices) = Self::of(slices) {
            *self = slices;
        }
        Added::New
    }

    /// Keeps the slices of generations that `is_live` likes; false when none is left.
    pub(super) fn retain(&mut self, is_live: impl Fn(u16) -> bool) -> bool {
        let left: Vec<Slice> = match self {
            Self::One { generation, .. } => return is_live(*generation),
            Self::Few(few) if few.iter().all(|slice| is_live(slice.generation)) => return true,
            Self::Few(few) => few.iter().copied().filter(|slice| is_live(slice.generation)).collect(),
            Self::Many(crowd) if crowd.slices.keys().all(|(_, generation)| is_live(*generation)) => {
                return true;
            }
            Self::Many(crowd) => crowd.list().filter(|slice| is_live(slice.generation)).collect(),
        };
        match Self::of(left) {
            Some(slices) => {
                *self = slices;
                true
            }
            None => false,
        }
    }
}

/// The slices and `new`, in order.
fn with(slices: &[Slice], new: Slice) -> Vec<Slice> {
    let at = slices.partition_point(|slice| slice.key() < new.key());
    let mut all = Vec::with_capacity(slices.len() + 1);
    all.extend_from_slice(&slices[..at]);
    all.push(new);
    all.extend_from_slice(&slices[at..]);
    all
}

impl Crowd {
    fn span(&self, session: i64) -> Option<Span> {
        let parts = self.slices.range((session, u16::MIN)..=(session, u16::MAX));
        parts.map(|(_, (span, _))| *span).reduce(Span::and)
    }

    fn add(&mut self, new: Slice) -> Added {
        let before = self.span(new.session);
        let known = self.slices.get(&new.key()).copied();
        let span = known.map_or(new.span(), |(span, _)| span.and(new.span()));
        self.slices.insert(new.key(), (span, new.begun));
        let after = before.map_or(new.span(), |before| before.and(new.span()));
        if before != Some(after) {
            self.ladder.put(new.session, before, after);
        }
        known.map_or(Added::New, |(_, begun)| Added::More(begun.facts))
    }

    fn list(&self) -> impl Iterator<Item = Slice> {
        self.slices.iter().map(|(&(session, generation), &(span, begun))| Slice {
            session,
            first: span.first,
            last: span.last,
            generation,
            begun,
        })
    }
}

impl FromIterator<Slice> for Crowd {
    fn from_iter<I: IntoIterator<Item = Slice>>(slices: I) -> Self {
        let mut crowd = Self::default();
        for slice in slices {
            crowd.add(slice);
        }
        crowd
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::testing::{Random, scaled};

    const MINUTE: i64 = 60_000_000;

    /// The rule in its most obvious form, as it was computed before: each slice's session is put together from all slices.
    #[derive(Default)]
    struct Plain(Vec<Slice>);

    impl Plain {
        fn holding(&self, time: i64) -> Option<i64> {
            let whole = |session: i64| {
                let of = || self.0.iter().filter(move |slice| slice.session == session);
                let first = of().map(|slice| slice.first).min()?;
                Some((of().map(|slice| slice.last).max()?, first, session))
            };
            let holds = |(last, first, _): &(i64, i64, i64)| {
                first.saturating_sub(PAUSE_MICROS) <= time && time <= last.saturating_add(PAUSE_MICROS)
            };
            self.0
                .iter()
                .filter_map(|slice| whole(slice.session))
                .filter(holds)
                .max()
                .map(|(_, _, session)| session)
        }

        fn latest(&self, time: i64) -> Option<i64> {
            let whole = |session: i64| {
                let of = || self.0.iter().filter(move |slice| slice.session == session);
                let first = of().map(|slice| slice.first).min()?;
                Some((of().map(|slice| slice.last).max()?, first, session))
            };
            let all = self.0.iter().filter_map(|slice| whole(slice.session));
            let joins =
                |(last, first, _): &(i64, i64, i64)| *first <= time && last + 24 * 60 * MINUTE >= time;
            all.filter(joins).max().map(|(_, _, session)| session)
        }

        fn span(&self, session: i64) -> Option<Span> {
            let of = || self.0.iter().filter(|slice| slice.session == session);
            let first = of().map(|slice| slice.first).min()?;
            Some(Span { first, last: of().map(|slice| slice.last).max()? })
        }

        fn add(&mut self, new: Slice) {
            match self
                .0
                .iter_mut()
                .find(|slice| slice.session == new.session && slice.generation == new.generation)
            {
                Some(slice) => {
                    slice.first = slice.first.min(new.first);
                    slice.last = slice.last.max(new.last);
                }
                None => self.0.push(new),
            }
        }
    }

    /// One visitor's life: sessions that overlap, grow at both ends and end alike, hours that pass.
    fn check(seed: u64) -> usize {
        let mut random = Random(seed);
        let (sessions, minutes) = (1 + random.below(60) as i64, 30 + random.below(4_000));
        let (mut plain, mut now, mut most) = (Plain::default(), 10_u16, 0);
        let mut slices: Option<Slices> = None;
        for _ in 0..20 + random.below(150) {
            let time = (random.below(minutes) as i64 - 60) * MINUTE;
            let session = random.below(sessions as u64) as i64 - 5;
            let late = random.below(3) as u16;
            let begun = Begun { facts: session as u32 % 3, at: session * 60 * MINUTE };
            let new = Slice { session, first: time, last: time, generation: now - late, begun };
            let count = plain.0.len();
            plain.add(new);
            let added = match &mut slices {
                Some(slices) => slices.add(new),
                none => {
                    *none = Some(Slices::new(new));
                    Added::New
                }
            };
            assert_eq!(added == Added::New, plain.0.len() > count, "seed {seed}");
            most = most.max(plain.0.len());
            let (mut held, mut wanted) =
                (Vec::new(), plain.0.iter().map(|slice| slice.begun.facts).collect::<Vec<_>>());
            slices.iter().for_each(|slices| slices.each_facts(|facts| held.push(facts)));
            held.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(held, wanted, "seed {seed}");
            if random.chance(4) {
                now += 1;
                let is_live = |generation: u16| generation + 6 >= now;
                plain.0.retain(|slice| is_live(slice.generation));
                let left = slices.as_mut().is_some_and(|slices| slices.retain(is_live));
                assert_eq!(left, !plain.0.is_empty(), "seed {seed}");
                slices = slices.filter(|_| left);
            }
            for _ in 0..4 {
                let time = match random.below(50) {
                    0 => i64::MAX,
                    1 => i64::MIN,
                    _ => (random.below(minutes + 120) as i64 - 120) * MINUTE + random.below(3) as i64 - 1,
                };
                let joined = |reach| slices.as_ref().and_then(|slices| slices.joined(reach));
                let found = joined(Reach::holding(time));
                assert_eq!(found, plain.holding(time), "seed {seed}, time {time}: {:?}", plain.0);
                let found = joined(Reach::latest(time));
                assert_eq!(found, plain.latest(time), "seed {seed}, latest at {time}: {:?}", plain.0);
                let found = slices.as_ref().and_then(|slices| slices.span(session));
                assert_eq!(found, plain.span(session), "seed {seed}, {session}");
                let asked = random.below(sessions as u64) as i64 - 5;
                let known = plain.0.iter().find(|slice| slice.session == asked).map(|slice| slice.begun);
                assert_eq!(
                    slices.as_ref().is_some_and(|slices| slices.has(asked)),
                    known.is_some(),
                    "seed {seed}"
                );
                assert_eq!(slices.as_ref().and_then(|slices| slices.begun(asked)), known, "seed {seed}");
            }
        }
        most
    }

    #[test]
    fn finds_what_looking_at_all_slices_finds() {
        let (lives, mut most) = (scaled(20_000), 0);
        for seed in 1..=lives {
            most = most.max(check(seed));
        }
        assert!(most > 3 * FEW_MAX, "{most}");
    }

    #[test]
    fn the_usual_visitor_needs_no_allocation() {
        let begun = Begun { facts: 3, at: 12 };
        let slice = |time| Slice { session: 1, first: time, last: time, generation: 5, begun };
        let mut slices = Slices::new(slice(10));
        assert!(slices.add(slice(20)) == Added::More(3) && slices.heap_bytes() == 0);
        assert!(matches!(slices, Slices::One { first: 10, lasts: 10, since: 2, .. }));
        assert_eq!(slices.begun(1), Some(begun));
        assert!(slices.add(Slice { generation: 6, ..slice(30) }) == Added::New);
        assert!(matches!(&slices, Slices::Few(few) if few.len() == 2));
        assert!(slices.retain(|generation| generation == 6) && slices.heap_bytes() == 0);
        assert!(!slices.retain(|_| false));
    }

    #[test]
    fn what_it_takes_depends_on_what_it_holds_alone() {
        let begun = Begun { facts: 1, at: 0 };
        let slice = |first, last| Slice { session: 1, first, last, generation: 5, begun };
        let mut slices = Slices::new(slice(50 * MINUTE, 50 * MINUTE));
        assert!(slices.heap_bytes() > 0);
        slices.add(slice(20 * MINUTE, 20 * MINUTE));
        let fresh = Slices::new(slice(20 * MINUTE, 50 * MINUTE));
        assert_eq!((slices.heap_bytes(), fresh.heap_bytes()), (0, 0));
    }

    #[test]
    fn a_long_session_is_kept_whole() {
        let begun = Begun { facts: 1, at: 0 };
        let slice = |time| Slice { session: 1, first: time, last: time, generation: 5, begun };
        let mut slices = Slices::new(slice(0));
        assert_eq!(slices.add(slice(80 * MINUTE)), Added::More(1));
        assert!(matches!(&slices, Slices::Few(few) if few.len() == 1));
        assert_eq!(slices.joined(Reach::holding(40 * MINUTE)), Some(1));
        assert_eq!(slices.add(slice(i64::MAX)), slices.add(slice(i64::MIN)));
        assert_eq!(slices.begun(1), Some(begun));
        let holding = |time| slices.joined(Reach::holding(time));
        assert_eq!((holding(i64::MIN), holding(0)), (Some(1), Some(1)));
    }
}
