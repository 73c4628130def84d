//! How large the automaton of a pattern becomes. RE2 makes it state by state while it reads (Rabin and Scott's subset
//! construction) and gives up beyond its memory; then each character costs as much as the pattern is long. A pattern whose
//! whole automaton is small reads every text in time proportional to its length, whatever the text is.

use std::collections::{HashSet, VecDeque};

use regex_automata::nfa::thompson::{NFA, State, WhichCaptures};
use regex_automata::util::primitives::StateID;

/// The most memory of the automaton before the construction, bytes.
const NFA_BYTES_MAX: usize = 1 << 20;
/// What the count may cost, steps of a few nanoseconds: states can be few and each reached from very many others.
const STEPS_MAX: usize = 3_000_000;
/// Marks that are cleared in the time of a step.
const CLEARED_PER_STEP: usize = 64;

/// How many states the automaton of `pattern` has, up to `most`; `None` if it has more, or if telling would take too long.
pub(super) fn states(pattern: &str, most: usize) -> Option<usize> {
    let forward = count(&nfa(pattern, Way::Forward)?, Way::Forward, most)?;
    // A pattern that ends the text is read from the end.
    let ends = pattern.contains('$') || pattern.contains(r"\z");
    if !ends {
        return Some(forward);
    }
    let back = count(&nfa(pattern, Way::Back)?, Way::Back, most)?;
    Some(forward.max(back))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Forward,
    Back,
}

fn nfa(pattern: &str, way: Way) -> Option<NFA> {
    let config = NFA::config()
        .nfa_size_limit(Some(NFA_BYTES_MAX))
        .which_captures(WhichCaptures::None)
        .reverse(way == Way::Back);
    NFA::compiler().configure(config).build(pattern).ok()
}

/// Sets of states that can be reached together. One in which the pattern has matched is the end: no more is read.
fn count(nfa: &NFA, way: Way, most: usize) -> Option<usize> {
    let bytes: Vec<u8> = nfa.byte_classes().representatives(..).filter_map(|unit| unit.as_u8()).collect();
    let start = if way == Way::Forward { nfa.start_unanchored() } else { nfa.start_anchored() };
    let mut reach = Reach { nfa, seen: vec![false; nfa.states().len()], stack: Vec::new(), steps: 0 };
    let mut known: HashSet<Vec<StateID>> = HashSet::new();
    let mut open = VecDeque::new();
    // One that fits nothing at all fits every text.
    let Some(first) = reach.closure([start].into_iter()) else { return Some(1) };
    known.insert(first.clone());
    open.push_back(first);
    while let Some(set) = open.pop_front() {
        for byte in &bytes {
            reach.steps += set.len();
            if reach.steps > STEPS_MAX {
                return None;
            }
            let moved: Vec<StateID> = set.iter().filter_map(|id| step(nfa.state(*id), *byte)).collect();
            let Some(next) = reach.closure(moved.into_iter()) else { continue };
            if known.contains(&next) {
                continue;
            }
            if known.len() >= most {
                return None;
            }
            known.insert(next.clone());
            open.push_back(next);
        }
    }
    Some(known.len())
}

/// Where a state goes by `byte`.
fn step(state: &State, byte: u8) -> Option<StateID> {
    match state {
        State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
        State::Sparse(sparse) => sparse.matches_byte(byte),
        State::Dense(dense) => dense.matches_byte(byte),
        _ => None,
    }
}

struct Reach<'a> {
    nfa: &'a NFA,
    /// Scratch room of the walk below.
    seen: Vec<bool>,
    stack: Vec<StateID>,
    /// What was done so far: states that were looked at, and room that was cleared.
    steps: usize,
}

impl Reach<'_> {
    /// The states that read a byte and are reached from `from` without one, in order of their numbers; `None` when the
    /// pattern has matched. Whatever looks around counts as holding, which only adds states, but for a match.
    fn closure(&mut self, from: impl Iterator<Item = StateID>) -> Option<Vec<StateID>> {
        self.seen.fill(false);
        self.steps += self.seen.len() / CLEARED_PER_STEP;
        self.stack.clear();
        self.stack.extend(from);
        let (mut set, mut looks) = (Vec::new(), Vec::new());
        if self.walk(&mut set, &mut looks) {
            return None;
        }
        while !looks.is_empty() {
            self.stack.append(&mut looks);
            self.walk(&mut set, &mut looks);
        }
        set.sort_unstable();
        Some(set)
    }

    /// Walks from what is on the stack, up to what looks around; says whether there was a match.
    fn walk(&mut self, set: &mut Vec<StateID>, looks: &mut Vec<StateID>) -> bool {
        let mut matched = false;
        while let Some(id) = self.stack.pop() {
            self.steps += 1;
            if std::mem::replace(&mut self.seen[id.as_usize()], true) {
                continue;
            }
            match self.nfa.state(id) {
                State::Match { .. } => matched = true,
                State::Fail => {}
                State::Look { next, .. } => looks.push(*next),
                State::Capture { next, .. } => self.stack.push(*next),
                State::Union { alternates } => self.stack.extend(alternates.iter().copied()),
                State::BinaryUnion { alt1, alt2 } => self.stack.extend([*alt1, *alt2]),
                State::ByteRange { .. } | State::Sparse(_) | State::Dense(_) => set.push(id),
            }
        }
        matched
    }
}

#[cfg(test)]
mod tests {
    use super::{Way, nfa, states};

    #[test]
    fn counts_what_is_reached() {
        let check = |pattern: &str, least: usize, most: usize| {
            let found = states(pattern, 10_000);
            assert!(found.is_some_and(|found| (least..=most).contains(&found)), "{pattern}: {found:?}");
        };
        check("", 1, 1);
        check("a*|b", 1, 1);
        check("abc", 3, 5);
        check("^/shop/.*", 4, 12);
        check("(?:a|b)*z", 1, 3);
        check("[0-9]+z", 2, 4);
        check("a{1000}", 900, 1_100);
        check("a.{8}b", 256, 3_000);
        let check = |pattern: &str| assert_eq!(states(pattern, 2_000), None, "{pattern}");
        check("a.{20}b");
        check("[ab]*a[ab]{20}$");
        check("(?:.*x){3}.{12}y.{12}z");
        // Few states, each of which is reached from a thousand others by every byte.
        let many: Vec<String> = (0..4).map(|n| format!("(?:x?){{1000}}Z{n}")).collect();
        let pattern = format!("{}|a.{{30}}b", many.join("|"));
        assert!(nfa(&pattern, Way::Forward).is_some());
        let begun = std::time::Instant::now();
        assert_eq!(states(&pattern, 4_000), None);
        assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
        check("x.*1.*2|x.*3.*4|y.*5.*6|y.*7.*8|z.*9.*0|z.*a.*b|w.*c.*d");
    }
}
