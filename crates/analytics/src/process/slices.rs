//! What is remembered of one visitor's sessions, in parts by hour of receipt.
//!
//! Nearly always it is one part, which lies in the table of visitors itself. A few are a sorted list that is looked through.
//! Many, as only a program sends them, are trees: whatever a visitor does, an event costs the logarithm of its parts.

use std::collections::BTreeMap;

use kassa_model::MICROS_PER_HOUR;

use super::ladder::{Ladder, Span};

/// A session holds times up to so far before its first and after its last event: 30 minutes.
const PAUSE_MICROS: i64 = MICROS_PER_HOUR / 2;

/// A list is looked through up to so many parts.
const FEW_MAX: usize = 16;

/// Part of a session: its events of one hour of receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    /// The session.
    pub(super) session: i64,
    /// The earliest of its events.
    pub(super) first: i64,
    /// The latest.
    pub(super) last: i64,
    /// The hour of receipt.
    pub(super) hour: i32,
}

/// The slices of a visitor.
#[derive(Debug)]
pub(super) enum Slices {
    /// The usual case, which needs no allocation.
    One(Slice),
    /// By session, then hour.
    Few(Vec<Slice>),
    /// More than [`FEW_MAX`].
    Many(Box<Crowd>),
}

/// Slices by session and hour, and each session's whole span where a moment's session is found.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    slices: BTreeMap<(i64, i32), Span>,
    ladder: Ladder,
}

impl Slice {
    fn key(&self) -> (i64, i32) {
        (self.session, self.hour)
    }

    fn span(&self) -> Span {
        Span { first: self.first, last: self.last }
    }
}

impl Slices {
    /// The session that holds the time; the one with the latest event, if several do.
    pub(super) fn holding(&self, time: i64) -> Option<i64> {
        let (begin_max, end_min) = (time.saturating_add(PAUSE_MICROS), time.saturating_sub(PAUSE_MICROS));
        let few = match self {
            Self::One(slice) => std::slice::from_ref(slice),
            Self::Few(slices) => slices,
            Self::Many(crowd) => return crowd.ladder.reaching(begin_max, end_min),
        };
        let whole = |parts: &[Slice]| {
            let (one, rest) = parts.split_first()?;
            let span = rest.iter().fold(one.span(), |span, part| span.and(part.span()));
            (span.first <= begin_max && span.last >= end_min).then_some((span.last, span.first, one.session))
        };
        let sessions = few.chunk_by(|one, next| one.session == next.session);
        sessions.filter_map(whole).max().map(|(_, _, session)| session)
    }

    /// Whether there is a part of `session`.
    pub(super) fn has(&self, session: i64) -> bool {
        match self {
            Self::One(slice) => slice.session == session,
            Self::Few(slices) => slices.binary_search_by_key(&session, |slice| slice.session).is_ok(),
            Self::Many(crowd) => crowd.span(session).is_some(),
        }
    }

    /// Takes in a part of a session: a new one, or more of one that is there.
    pub(super) fn add(&mut self, new: Slice) {
        match self {
            Self::One(slice) if slice.key() == new.key() => slice.extend(new),
            Self::One(slice) if slice.key() < new.key() => *self = Self::Few(vec![*slice, new]),
            Self::One(slice) => *self = Self::Few(vec![new, *slice]),
            Self::Few(slices) => match slices.binary_search_by_key(&new.key(), Slice::key) {
                Ok(at) => slices[at].extend(new),
                Err(_) if slices.len() == FEW_MAX => {
                    let all = slices.iter().copied().chain([new]);
                    *self = Self::Many(Box::new(all.collect()));
                }
                Err(at) => {
                    // Growing by a quarter, not to the double: many visitors with a dozen slices each would else hold
                    // a third of it in vain.
                    if slices.len() == slices.capacity() {
                        slices.reserve_exact(slices.len() / 4 + 1);
                    }
                    slices.insert(at, new);
                }
            },
            Self::Many(crowd) => crowd.add(new),
        }
    }

    /// Lets go of parts received before `oldest`; false when nothing is left.
    pub(super) fn forget_before(&mut self, oldest: i32) -> bool {
        match self {
            Self::One(slice) => return slice.hour >= oldest,
            Self::Few(slices) => slices.retain(|slice| slice.hour >= oldest),
            Self::Many(crowd) => {
                crowd.forget_before(oldest);
                if crowd.slices.len() > FEW_MAX {
                    return true;
                }
                *self = Self::Few(crowd.list());
            }
        }
        if let Self::Few(slices) = self
            && let [only] = slices.as_slice()
        {
            *self = Self::One(*only);
        }
        !matches!(self, Self::Few(slices) if slices.is_empty())
    }
}

impl Slice {
    fn extend(&mut self, by: Self) {
        let span = self.span().and(by.span());
        (self.first, self.last) = (span.first, span.last);
    }
}

impl Crowd {
    fn span(&self, session: i64) -> Option<Span> {
        let parts = self.slices.range((session, i32::MIN)..=(session, i32::MAX));
        parts.map(|(_, span)| *span).reduce(Span::and)
    }

    fn add(&mut self, new: Slice) {
        let before = self.span(new.session);
        let part = self.slices.entry(new.key()).or_insert(new.span());
        *part = part.and(new.span());
        let after = before.map_or(new.span(), |before| before.and(new.span()));
        if before != Some(after) {
            self.ladder.put(new.session, before, after);
        }
    }

    fn forget_before(&mut self, oldest: i32) {
        let count = self.slices.len();
        self.slices.retain(|(_, hour), _| *hour >= oldest);
        if self.slices.len() < count {
            *self = self.list().into_iter().collect();
        }
    }

    fn list(&self) -> Vec<Slice> {
        let slice = |(&(session, hour), span): (&(i64, i32), &Span)| Slice {
            session,
            first: span.first,
            last: span.last,
            hour,
        };
        self.slices.iter().map(slice).collect()
    }
}

impl FromIterator<Slice> for Crowd {
    fn from_iter<I: IntoIterator<Item = Slice>>(slices: I) -> Self {
        let mut crowd = Self::default();
        slices.into_iter().for_each(|slice| crowd.add(slice));
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

        fn add(&mut self, new: Slice) {
            match self.0.iter_mut().find(|slice| slice.session == new.session && slice.hour == new.hour) {
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
        let (mut plain, mut hour, mut most) = (Plain::default(), 0, 0);
        let mut slices: Option<Slices> = None;
        for _ in 0..20 + random.below(150) {
            let time = (random.below(minutes) as i64 - 60) * MINUTE;
            let session = random.below(sessions as u64) as i64 - 5;
            let late = random.below(3) as i32;
            let new = Slice { session, first: time, last: time, hour: hour - late };
            plain.add(new);
            match &mut slices {
                Some(slices) => slices.add(new),
                none => *none = Some(Slices::One(new)),
            }
            most = most.max(plain.0.len());
            if random.chance(4) {
                hour += 1;
                plain.0.retain(|slice| slice.hour >= hour - 6);
                let left = slices.as_mut().is_some_and(|slices| slices.forget_before(hour - 6));
                assert_eq!(left, !plain.0.is_empty(), "seed {seed}");
                slices = slices.filter(|_| left);
            }
            for _ in 0..4 {
                let time = match random.below(50) {
                    0 => i64::MAX,
                    1 => i64::MIN,
                    _ => (random.below(minutes + 120) as i64 - 120) * MINUTE + random.below(3) as i64 - 1,
                };
                let found = slices.as_ref().and_then(|slices| slices.holding(time));
                assert_eq!(found, plain.holding(time), "seed {seed}, time {time}: {:?}", plain.0);
                let asked = random.below(sessions as u64) as i64 - 5;
                let known = plain.0.iter().any(|slice| slice.session == asked);
                assert_eq!(slices.as_ref().is_some_and(|slices| slices.has(asked)), known, "seed {seed}");
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
        let slice = |time| Slice { session: 1, first: time, last: time, hour: 5 };
        let mut slices = Slices::One(slice(10));
        slices.add(slice(20));
        assert!(matches!(slices, Slices::One(Slice { first: 10, last: 20, .. })));
        slices.add(Slice { hour: 6, ..slice(30) });
        assert!(matches!(&slices, Slices::Few(few) if few.len() == 2));
        assert!(slices.forget_before(6) && matches!(slices, Slices::One(Slice { hour: 6, .. })));
        assert!(!slices.forget_before(7));
    }
}
