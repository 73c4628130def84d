//! Answers a question about paths, visit by visit.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::funnel::is_step;
use super::journey::{fits, is_counted, place_of};
use super::visit::{Id, began, id_of};
use crate::journey::{Node, OTHERS, Paths, PathsAnswer, Step, Trails};
use crate::{Error, Row};

/// A place of a visit: what it is, and whether it is an end.
#[derive(Debug, Clone)]
struct Stop {
    node: Node,
    is_from: bool,
    is_to: bool,
}

/// The answer to `asked`, which has been checked.
pub(super) fn answer(rows: &[Row], asked: &Paths) -> Result<PathsAnswer, Error> {
    let mut visits: BTreeMap<Id, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let in_range =
            began(row).is_some_and(|began| asked.scope.range.from <= began && began < asked.scope.range.to);
        if in_range && is_counted(row, &asked.scope)? {
            id_of(row).into_iter().for_each(|id| visits.entry(id).or_default().push(row));
        }
    }
    let mut sequences = Vec::new();
    for mut rows in visits.into_values() {
        rows.sort_by_key(|row| place_of(row));
        let mut has_fitting = false;
        for row in &rows {
            has_fitting |= fits(row, asked.scope.filter.as_ref())?;
        }
        let stops = stops(&rows, asked)?;
        let has = |end: &Option<Step>, is_it: fn(&Stop) -> bool| end.is_none() || stops.iter().any(is_it);
        if has_fitting && has(&asked.from, |stop| stop.is_from) && has(&asked.to, |stop| stop.is_to) {
            sequences.push(stops);
        }
    }
    let names = known_names(&sequences, asked.names);
    let number =
        |node: &Node| names.iter().position(|known| known == node).map_or(OTHERS, |place| place as u32);
    let mut trails = Trails::new(asked);
    for stops in sequences {
        let path = path(&once(stops, &number), asked);
        if !path.is_empty() {
            trails.add(path.into_iter());
        }
    }
    Ok(trails.finish(&names))
}

fn stops(rows: &[&Row], asked: &Paths) -> Result<Vec<Stop>, Error> {
    let is = |row: &Row, end: &Option<Step>| end.as_ref().map_or(Ok(false), |step| is_step(row, step));
    let mut stops = Vec::new();
    for row in rows {
        let (is_from, is_to) = (is(row, &asked.from)?, is(row, &asked.to)?);
        let viewed =
            row.event.path.as_ref().filter(|_| row.event.is_page_view() && row.event.is_of_visitors());
        let node = match viewed {
            Some(page) => Node::Page(page.clone()),
            None if is_from || is_to => Node::Event(row.event.name.clone()),
            None => continue,
        };
        stops.push(Stop { node, is_from, is_to });
    }
    Ok(stops)
}

/// The most frequent nodes; of those with as many, the first.
fn known_names(sequences: &[Vec<Stop>], most: u32) -> Vec<Node> {
    let mut counts: BTreeMap<&Node, u64> = BTreeMap::new();
    for stop in sequences.iter().flatten() {
        *counts.entry(&stop.node).or_default() += 1;
    }
    let mut known: Vec<(&Node, u64)> = counts.into_iter().collect();
    known.sort_by_key(|(node, count)| (Reverse(*count), *node));
    known.into_iter().take(most as usize).map(|(node, _)| node.clone()).collect()
}

/// The numbers of a visit's nodes, each run once, with the ends that it has among it.
fn once(stops: Vec<Stop>, number: &dyn Fn(&Node) -> u32) -> Vec<(u32, bool, bool)> {
    let mut runs: Vec<(u32, bool, bool)> = Vec::new();
    for stop in stops {
        let node = number(&stop.node);
        match runs.last_mut() {
            Some((last, is_from, is_to)) if *last == node => {
                *is_from |= stop.is_from;
                *is_to |= stop.is_to;
            }
            _ => runs.push((node, stop.is_from, stop.is_to)),
        }
    }
    runs
}

fn path(runs: &[(u32, bool, bool)], asked: &Paths) -> Vec<u32> {
    let from = match asked.from {
        Some(_) => runs.iter().position(|(_, is_from, _)| *is_from),
        None => Some(0),
    };
    let Some(from) = from else { return Vec::new() };
    let nodes = |runs: &[(u32, bool, bool)]| runs.iter().map(|(node, ..)| *node).collect::<Vec<u32>>();
    if asked.to.is_none() {
        return nodes(&runs[from..]);
    }
    let later = if asked.from.is_some() { from + 1 } else { 0 };
    let to = (later..runs.len()).find(|place| runs[*place].2);
    match (to, asked.from.is_some()) {
        (None, _) => Vec::new(),
        (Some(to), true) => nodes(&runs[from..=to]),
        (Some(to), false) => nodes(&runs[..=to]).into_iter().rev().collect(),
    }
}
