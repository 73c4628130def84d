//! Makes paths of the places of visits, which come visit by visit, each in its order.

use std::collections::HashMap;

use super::paths::{FROM, PAGE, TO};
use crate::journey::{Node, OTHERS, Paths, PathsAnswer, Trails};

/// The places that are known, by number.
#[derive(Debug, Default)]
pub(crate) struct Names {
    nodes: Vec<Node>,
    numbers: HashMap<(u64, bool), u32>,
}

impl Names {
    /// The next one: how a row calls it, and what it is.
    pub(crate) fn add(&mut self, name: u64, node: Node) {
        let is_page = matches!(node, Node::Page(_));
        self.numbers.insert((name, is_page), u32::try_from(self.nodes.len()).unwrap_or(OTHERS));
        self.nodes.push(node);
    }

    fn number(&self, name: u64, is_page: bool) -> u32 {
        self.numbers.get(&(name, is_page)).copied().unwrap_or(OTHERS)
    }
}

/// A walk over all visits.
pub(crate) struct Visits<'a> {
    asked: &'a Paths,
    names: &'a Names,
    trails: Trails<'a>,
    visit: Option<u64>,
    /// The visit's nodes, each run of the same once, and the marks of the run.
    runs: Vec<(u32, i32)>,
}

impl<'a> Visits<'a> {
    /// Before the first visit.
    pub(crate) fn new(asked: &'a Paths, names: &'a Names) -> Self {
        Self { asked, names, trails: Trails::new(asked), visit: None, runs: Vec::new() }
    }

    /// The next place: of the same visit and after the last one, or of another visit.
    pub(crate) fn add(&mut self, visit: u64, name: u64, marks: i32) {
        if self.visit != Some(visit) {
            self.end_of_visit();
            self.visit = Some(visit);
        }
        let node = self.names.number(name, marks & PAGE != 0);
        match self.runs.last_mut() {
            Some((last, known)) if *last == node => *known |= marks,
            _ => self.runs.push((node, marks)),
        }
    }

    /// What was found.
    pub(crate) fn finish(mut self) -> PathsAnswer {
        self.end_of_visit();
        self.trails.finish(&self.names.nodes)
    }

    fn end_of_visit(&mut self) {
        let first_from = |runs: &[(u32, i32)], bit: i32| runs.iter().position(|(_, marks)| marks & bit != 0);
        let node = |(node, _): &(u32, i32)| *node;
        let begin = if self.asked.from.is_some() { first_from(&self.runs, FROM) } else { Some(0) };
        if let Some(runs) = begin.and_then(|begin| self.runs.get(begin..)).filter(|runs| !runs.is_empty()) {
            // With a first end the last one comes after it.
            let skipped = usize::from(self.asked.from.is_some());
            match (&self.asked.to, first_from(&runs[skipped..], TO)) {
                (None, _) => self.trails.add(runs.iter().map(node)),
                (Some(_), None) => {}
                (Some(_), Some(to)) if skipped == 0 => self.trails.add(runs[..=to].iter().rev().map(node)),
                (Some(_), Some(to)) => self.trails.add(runs[..=to + skipped].iter().map(node)),
            }
        }
        self.runs.clear();
    }
}
