//! Finds, among spans of time, the one that reaches furthest of those that hold a moment: in logarithmic time, however
//! many there are and however they overlap. Knows nothing of sessions' rules but that; [`super::slices`] decides.
//!
//! A span is left out while another begins no later and ends later: whatever moment it holds, the other one holds too and
//! goes before it. Of those that are left, a later begin never has an earlier end, so the answer is the last that begins
//! in time, if it reaches far enough.

use std::collections::BTreeMap;

/// A span of time, both ends included, in µs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// Its begin.
    pub(super) first: i64,
    /// Its end.
    pub(super) last: i64,
}

/// The spans that are not left out: begin and owner, and the end. Ends ascend with the begins.
#[derive(Debug, Default)]
pub(super) struct Ladder(BTreeMap<(i64, i64), i64>);

impl Span {
    /// The shortest span that has both in it.
    pub(super) fn and(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

impl Ladder {
    /// Puts in a span of `owner`, whose earlier one, if it has one, is `before` and lies within `span`.
    pub(super) fn put(&mut self, owner: i64, before: Option<Span>, span: Span) {
        if let Some(before) = before {
            self.0.remove(&(before.first, owner));
        }
        // The last that begins no later also ends last of them.
        let earlier = self.0.range(..=(span.first, i64::MAX)).next_back();
        if earlier.is_some_and(|(_, last)| *last > span.last) {
            return;
        }
        while let Some((&key, &last)) = self.0.range((span.first, i64::MIN)..).next()
            && last < span.last
        {
            self.0.remove(&key);
        }
        self.0.insert((span.first, owner), span.last);
    }

    /// Of the spans that begin at or before `begin_max` and end at or after `end_min`, the owner of the one that ends
    /// last; of several of these the one that begins last, then the greatest owner.
    pub(super) fn reaching(&self, begin_max: i64, end_min: i64) -> Option<i64> {
        let ((_, owner), last) = self.0.range(..=(begin_max, i64::MAX)).next_back()?;
        (*last >= end_min).then_some(*owner)
    }
}
