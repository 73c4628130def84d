//! What is known of the visits that are remembered: each set of facts once, however many visits share it.
//!
//! Facts have numbers while a part of a session holds them. The bytes that are charged depend on which are held alone, so
//! they are the same after a restart.

use std::collections::HashMap;
use std::sync::Arc;

use kassa_model::VisitFacts;

/// The number of the facts of a visit without a page: they are empty and cost nothing.
pub(super) const UNKNOWN: u32 = 0;

/// Bytes of facts beside their texts, about: the struct, its counters and its places in both tables.
const ENTRY_BYTES: usize = size_of::<VisitFacts>() + 112;

/// What an allocation takes beside its content, about.
const ALLOCATION_BYTES: usize = 16;

/// Facts by number and number by facts.
#[derive(Debug)]
pub(super) struct Facts {
    numbers: HashMap<Arc<VisitFacts>, u32>,
    counted: Vec<Counted>,
    free: Vec<u32>,
    bytes: usize,
}

#[derive(Debug)]
struct Counted {
    facts: Arc<VisitFacts>,
    /// How many parts of sessions hold it.
    holders: u32,
}

impl Default for Facts {
    fn default() -> Self {
        let nothing = Counted { facts: Arc::default(), holders: 0 };
        Self { numbers: HashMap::new(), counted: vec![nothing], free: Vec::new(), bytes: 0 }
    }
}

impl Facts {
    /// The number of `facts`. Whoever asks holds it next, or asks again later.
    pub(super) fn number(&mut self, facts: VisitFacts) -> u32 {
        if !facts.is_known() {
            return UNKNOWN;
        }
        if let Some(number) = self.numbers.get(&facts) {
            return *number;
        }
        let facts = Arc::new(facts);
        let counted = Counted { facts: Arc::clone(&facts), holders: 0 };
        let number = match self.free.pop() {
            Some(number) => {
                self.counted[number as usize] = counted;
                number
            }
            None => {
                self.counted.push(counted);
                u32::try_from(self.counted.len() - 1)
                    .expect("fewer facts than parts of sessions, and these fit memory")
            }
        };
        self.numbers.insert(facts, number);
        number
    }

    /// The facts of a number.
    pub(super) fn get(&self, number: u32) -> &Arc<VisitFacts> {
        &self.counted[number as usize].facts
    }

    /// One part of a session more holds them.
    pub(super) fn hold(&mut self, number: u32) {
        let counted = &mut self.counted[number as usize];
        counted.holders += 1;
        if counted.holders == 1 && number != UNKNOWN {
            self.bytes += bytes_of(&counted.facts);
        }
    }

    /// One less; the last lets go of them.
    pub(super) fn release(&mut self, number: u32) {
        let counted = &mut self.counted[number as usize];
        counted.holders -= 1;
        if counted.holders == 0 && number != UNKNOWN {
            self.bytes -= bytes_of(&counted.facts);
            self.numbers.remove(&counted.facts);
            counted.facts = Arc::default();
            self.free.push(number);
        }
    }

    /// Nobody holds any: whoever still does is about to [`Self::hold`] them again, and then comes [`Self::sweep`].
    pub(super) fn release_all(&mut self) {
        self.counted.iter_mut().for_each(|counted| counted.holders = 0);
        self.bytes = 0;
    }

    /// Lets go of what nobody holds.
    pub(super) fn sweep(&mut self) {
        for (number, counted) in (0..).zip(&mut self.counted) {
            if counted.holders == 0 && counted.facts.is_known() {
                self.numbers.remove(&counted.facts);
                counted.facts = Arc::default();
                self.free.push(number);
            }
        }
    }

    /// Bytes that all of them take, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// Bytes that `facts` take if nobody shares them; nothing for empty ones.
pub(super) fn bytes_of(facts: &VisitFacts) -> usize {
    if !facts.is_known() {
        return 0;
    }
    let texts = facts.texts();
    let heap = |text: &str| if text.is_empty() { 0 } else { text.len() + ALLOCATION_BYTES };
    ENTRY_BYTES + texts.into_iter().flatten().map(heap).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(page: &str) -> VisitFacts {
        VisitFacts { entry_page: Some(page.into()), ..VisitFacts::default() }
    }

    #[test]
    fn facts_are_kept_once_and_as_long_as_they_are_held() {
        let mut all = Facts::default();
        assert_eq!(all.number(VisitFacts::default()), UNKNOWN);
        all.hold(UNKNOWN);
        assert_eq!(all.bytes(), 0);
        let (one, other) = (all.number(facts("/a")), all.number(facts("/b")));
        assert!(one != other && all.number(facts("/a")) == one);
        [one, one, other].into_iter().for_each(|number| all.hold(number));
        assert_eq!(all.bytes(), bytes_of(&facts("/a")) + bytes_of(&facts("/b")));
        all.release(one);
        assert_eq!(all.get(one).entry_page.as_deref(), Some("/a"));
        all.release(one);
        assert_eq!(all.bytes(), bytes_of(&facts("/b")));
        assert_eq!(all.number(facts("/long")), one, "its number is free again");
        all.release(UNKNOWN);
        all.hold(one);
        all.release_all();
        all.hold(other);
        all.sweep();
        assert_eq!((all.bytes(), all.number(facts("/b"))), (bytes_of(&facts("/b")), other));
        assert!(!all.get(one).is_known() && all.get(other).is_known());
    }
}
