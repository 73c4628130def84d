//! What the paths of visits add up to. They are kept as numbers, four bytes a node, until all are there: only then it is known
//! which nodes of a step are the most frequent ones.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::{Edge, Node, PathStep, Paths, PathsAnswer};

/// Names that are not known: all are one.
pub(crate) const OTHERS: u32 = u32::MAX;
/// Where a path ends.
const END: u32 = u32::MAX - 1;

/// Collects paths.
#[derive(Debug)]
pub(crate) struct Trails<'a> {
    paths: &'a Paths,
    visits: u64,
    longer: u64,
    /// One path after the other, each with as many nodes as the one of `lengths` says.
    nodes: Vec<u32>,
    lengths: Vec<u8>,
}

impl<'a> Trails<'a> {
    /// None.
    pub(crate) fn new(paths: &'a Paths) -> Self {
        Self { paths, visits: 0, longer: 0, nodes: Vec::new(), lengths: Vec::new() }
    }

    /// Adds the path of a visit, by the numbers of its nodes; never none.
    pub(crate) fn add(&mut self, path: impl ExactSizeIterator<Item = u32>) {
        let steps = self.paths.steps;
        let has_both = self.paths.from.is_some() && self.paths.to.is_some();
        let length = path.len();
        if length > steps {
            self.longer += 1;
            if has_both {
                return;
            }
        }
        let before = self.nodes.len();
        self.visits += 1;
        self.nodes.extend(path.take(steps));
        if length < steps && !has_both {
            self.nodes.push(END);
        }
        self.lengths.push(u8::try_from(self.nodes.len() - before).unwrap_or(u8::MAX));
    }

    /// All that was added; `names` has the nodes by their numbers.
    pub(crate) fn finish(self, names: &[Node]) -> PathsAnswer {
        let shown: Vec<Shown> = (0..self.paths.steps).map(|step| self.shown(step, names)).collect();
        let mut edges: BTreeMap<(usize, usize, usize), u64> = BTreeMap::new();
        for path in self.each() {
            for (step, pair) in path.windows(2).enumerate() {
                let ends = (step, shown[step].place(pair[0]), shown[step + 1].place(pair[1]));
                *edges.entry(ends).or_default() += 1;
            }
        }
        PathsAnswer {
            visits: self.visits,
            longer: self.longer,
            steps: shown.into_iter().map(|shown| shown.step).filter(|step| !step.nodes.is_empty()).collect(),
            edges: edges
                .into_iter()
                .map(|((step, from, to), visits)| Edge { step, from, to, visits })
                .collect(),
        }
    }

    fn each(&self) -> impl Iterator<Item = &[u32]> {
        let mut rest = self.nodes.as_slice();
        self.lengths.iter().map(move |length| {
            let (path, others) = rest.split_at(usize::from(*length));
            rest = others;
            path
        })
    }

    /// The nodes of a step by their visits.
    fn shown(&self, step: usize, names: &[Node]) -> Shown {
        let mut counts: HashMap<u32, u64> = HashMap::new();
        for node in self.each().filter_map(|path| path.get(step)) {
            *counts.entry(*node).or_default() += 1;
        }
        let end = counts.remove(&END);
        let mut others = counts.remove(&OTHERS).unwrap_or(0);
        let mut known: Vec<(u32, u64)> = counts.into_iter().collect();
        known.sort_by_key(|(node, visits)| (Reverse(*visits), names.get(*node as usize)));
        others += known.iter().skip(self.paths.nodes).map(|(_, visits)| visits).sum::<u64>();
        known.truncate(self.paths.nodes);
        let mut shown = Shown::default();
        for (node, visits) in known {
            shown.places.insert(node, shown.step.nodes.len());
            let name = names.get(node as usize).cloned().unwrap_or(Node::Other);
            shown.step.nodes.push((name, visits));
        }
        shown.others = shown.step.nodes.len();
        if others > 0 {
            shown.step.nodes.push((Node::Other, others));
        }
        if let Some(visits) = end {
            shown.places.insert(END, shown.step.nodes.len());
            shown.step.nodes.push((Node::End, visits));
        }
        shown
    }
}

/// A step, and where in it a node is.
#[derive(Debug, Default)]
struct Shown {
    step: PathStep,
    places: HashMap<u32, usize>,
    others: usize,
}

impl Shown {
    fn place(&self, node: u32) -> usize {
        self.places.get(&node).copied().unwrap_or(self.others)
    }
}
