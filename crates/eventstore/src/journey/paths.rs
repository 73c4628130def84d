//! Paths: from where to where visits go.
//!
//! - A visit that began in the range is the sequence of its page views with a page, and of its events that are one of the ends,
//!   the shop's records of orders among them. What follows itself at once is there once.
//! - With a first end the path begins with the first such event of the visit, with a last one alone it is read backward from the
//!   first such event, with both it goes from the first end to the first last end after it. Visits without them are not counted.
//! - A path has at most so many steps; where it goes on, it is longer. With both ends a longer one is only told, not counted. One that
//!   does not go on has an end of its own as its next step: that of the visit, or its start where it is read backward.
//! - So many names are told apart, by how often they are there; all others are one name.
//! - The filter is one of visits: one event at least has to fit.

use super::{Scope, Step};
use crate::query::Field;

/// The most steps.
pub const PATH_STEPS_MAX: usize = 20;
/// The most nodes of a step that are told apart.
pub const NODES_MAX: usize = 50;

/// A question about paths.
#[derive(Debug, Clone, PartialEq)]
pub struct Paths {
    /// The range is that of the visits' beginnings.
    pub scope: Scope,
    /// The first end.
    pub from: Option<Step>,
    /// The last end.
    pub to: Option<Step>,
    /// 2 to [`PATH_STEPS_MAX`].
    pub steps: usize,
    /// So many nodes of each step are told apart, 1 to [`NODES_MAX`].
    pub nodes: usize,
    /// So many names are known at all, by how often they are there.
    pub names: u32,
}

impl Paths {
    /// Every field that is asked for.
    pub(crate) fn fields(&self) -> Vec<&Field> {
        let mut fields = self.scope.fields();
        self.from.iter().chain(&self.to).for_each(|step| fields.extend(step.fields()));
        fields
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathsAnswer {
    /// Paths in all.
    pub visits: u64,
    /// Visits whose path is longer.
    pub longer: u64,
    /// From the first step on; backward, where paths are read so.
    pub steps: Vec<PathStep>,
    /// By step and places.
    pub edges: Vec<Edge>,
}

/// The nodes of a step: the most frequent ones, then the others, then the end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathStep {
    /// With their visits. Of those with as many the first by kind and name comes first.
    pub nodes: Vec<(Node, u64)>,
}

/// Where a visit is at a step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    /// On this page.
    Page(String),
    /// At this event.
    Event(String),
    /// Elsewhere.
    Other,
    /// Nowhere any more, or not yet.
    End,
}

/// From a node to one of the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The place of the step.
    pub step: usize,
    /// The place of its node.
    pub from: usize,
    /// The place of the node of the step after it.
    pub to: usize,
    /// Visits.
    pub visits: u64,
}
