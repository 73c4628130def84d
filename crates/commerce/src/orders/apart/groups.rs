//! Which work may be under way at the same time, and which in one call.
//!
//! Rows that want the same SKU, directly or by way of others, are a group: its rows go in their order. Groups do not
//! touch each other and go at the same time. What only gives back has no order and makes a group of its own.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use kassa_model::Timestamp;

use super::super::work::Work;

/// Rows in one call.
const UNIT_MAX: usize = 32;
/// A row that failed so often in company goes alone, so that it keeps nobody else from going.
const ATTEMPTS_IN_COMPANY: i64 = 3;

/// Parts `rows`, oldest first, into groups.
pub(crate) fn groups(rows: Vec<Arc<Work>>) -> Vec<Group> {
    let mut roots: Vec<usize> = (0..rows.len()).collect();
    let mut last: HashMap<&str, usize> = HashMap::new();
    let mut giving: Option<usize> = None;
    for (row, work) in rows.iter().enumerate() {
        if work.wants().is_empty() {
            let first = *giving.get_or_insert(row);
            join(&mut roots, first, row);
        }
        for line in work.wants() {
            if let Some(before) = last.insert(&line.sku, row) {
                join(&mut roots, before, row);
            }
        }
    }
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (row, work) in rows.iter().enumerate() {
        let root = root(&mut roots, row);
        let place = *places.entry(root).or_insert_with(|| {
            groups.push(Group::default());
            groups.len() - 1
        });
        groups[place].rest.push_back(Arc::clone(work));
    }
    groups
}

fn root(roots: &mut [usize], row: usize) -> usize {
    let mut at = row;
    while roots[at] != at {
        roots[at] = roots[roots[at]];
        at = roots[at];
    }
    at
}

fn join(roots: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(roots, one), root(roots, other));
    roots[one.max(other)] = one.min(other);
}

/// Rows that go in their order.
#[derive(Debug, Default)]
pub(crate) struct Group {
    rest: VecDeque<Arc<Work>>,
    /// SKUs that a row before has not got its reply for.
    blocked: HashSet<String>,
}

impl Group {
    /// The next rows that go in one call; none when all that is left is not due or waits for a row that is not.
    pub(crate) fn next(&mut self, now: Timestamp) -> Vec<Arc<Work>> {
        let mut unit: Vec<Arc<Work>> = Vec::new();
        while let Some(work) = self.rest.front() {
            let waits = !work.is_due(now) || work.wants().iter().any(|line| self.blocked.contains(&line.sku));
            if waits {
                let work = Arc::clone(work);
                self.block(&work);
            } else if work.attempts >= ATTEMPTS_IN_COMPANY {
                if unit.is_empty() {
                    unit.extend(self.rest.pop_front());
                }
                return unit;
            } else {
                unit.push(Arc::clone(work));
            }
            self.rest.pop_front();
            if unit.len() == UNIT_MAX {
                return unit;
            }
        }
        unit
    }

    /// Keeps what wants the same SKUs as `work` behind it, in this group for good.
    pub(crate) fn block(&mut self, work: &Work) {
        self.blocked.extend(work.wants().iter().map(|line| line.sku.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::StockLine;
    use crate::orders::work::WorkKind;
    use crate::transport::commands::{Command, Deduct};

    /// `skus` are wanted; `!` is not due, `*` has often failed, `-` gives back.
    fn work(id: i64, skus: &str) -> Arc<Work> {
        let names = skus.chars().filter(char::is_ascii_lowercase);
        let lines = names.map(|sku| StockLine { sku: sku.to_string(), quantity: 1 }).collect();
        let deduct = Deduct { reference: format!("{id}/1"), replaces: None, attempt: 0, lines };
        let kind = if skus.contains('-') { WorkKind::Release } else { WorkKind::Order };
        let next_at = Timestamp::from_micros(i64::from(skus.contains('!')));
        let attempts = if skus.contains('*') { ATTEMPTS_IN_COMPANY } else { 0 };
        let work = Work::new(&id.to_string(), kind, Command::Deduct(deduct), next_at);
        Arc::new(Work { id, attempts, ..work })
    }

    /// What goes in one call is joined by `+`; the call of a row that is `failing` gets no reply.
    fn check(rows: &str, failing: &[i64], expected: &[&str]) {
        let rows = rows.split(' ').zip(0..).map(|(skus, id)| work(id, skus)).collect();
        let mut seen = Vec::new();
        for mut group in groups(rows) {
            let mut calls = Vec::new();
            loop {
                let unit = group.next(Timestamp::from_micros(0));
                if unit.is_empty() {
                    break;
                }
                calls.push(unit.iter().map(|work| work.id.to_string()).collect::<Vec<_>>().join("+"));
                if unit.iter().any(|work| failing.contains(&work.id)) {
                    unit.iter().for_each(|work| group.block(work));
                }
            }
            seen.push(calls.join(" "));
        }
        assert_eq!(seen, expected);
    }

    #[test]
    fn what_wants_the_same_goes_in_order() {
        check("a b a ab c", &[], &["0+1+2+3", "4"]);
        check("a b c", &[], &["0", "1", "2"]);
        check("a- b- a", &[], &["0+1", "2"]);
        check("ab bc cd e", &[], &["0+1+2", "3"]);
    }

    #[test]
    fn what_waits_keeps_the_later_ones_back() {
        check("a! a a", &[], &[""]);
        // The second row waits for the first, and the third must not overtake the second.
        check("a! ab b", &[], &[""]);
        check("ab* b a", &[0], &["0"]);
        check("ab* b a", &[], &["0 1+2"]);
        // One that has often failed goes alone; what wants nothing of it goes on.
        check("ac b* ab c", &[1], &["0 1 3"]);
        check("ac b ab c", &[1], &["0+1+2+3"]);
    }
}
