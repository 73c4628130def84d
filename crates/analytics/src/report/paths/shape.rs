//! What the store found → the JSON of an answer: `{"results":[…],"edges":[…],"meta":{…},"query":{…}}`, in the order of time.

use kassa_eventstore::journey::{Edge, Node, PathStep, PathsAnswer};
use serde_json::{Value, json};

use super::super::journey::percent;
use super::plan::PathsPlan;

/// Shows `found`. Where paths are read backward, the last end is step 0, and before it are -1, -2, ….
pub(super) fn shape(plan: &PathsPlan, found: &PathsAnswer) -> Value {
    let backward = plan.is_backward();
    let number = |place: usize| {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        if backward { -place } else { place + 1 }
    };
    let step = |(place, step): (usize, &PathStep)| {
        let node = |(node, visits): &(Node, u64)| {
            let (kind, name) = show(node, backward);
            json!({"kind": kind, "name": name, "visits": visits, "share": percent(*visits, found.visits)})
        };
        json!({"step": number(place), "nodes": step.nodes.iter().map(node).collect::<Vec<_>>()})
    };
    let edge = |edge: &Edge| {
        let Edge { step, from, to, visits } = *edge;
        // An edge leads from what is earlier.
        let (step, from, to) = if backward { (step + 1, to, from) } else { (step, from, to) };
        json!({"step": number(step), "from": from, "to": to, "visits": visits})
    };
    let mut steps: Vec<Value> = found.steps.iter().enumerate().map(step).collect();
    let mut edges: Vec<(i64, Value)> =
        found.edges.iter().map(edge).map(|edge| (edge["step"].as_i64().unwrap_or(0), edge)).collect();
    if backward {
        steps.reverse();
        edges.sort_by_key(|(step, _)| *step);
    }
    json!({
        "results": steps,
        "edges": edges.into_iter().map(|(_, edge)| edge).collect::<Vec<_>>(),
        "meta": {"visits": found.visits, "longer": found.longer},
        "query": plan.echo,
    })
}

fn show(node: &Node, backward: bool) -> (&'static str, &str) {
    match node {
        Node::Page(page) => ("page", page),
        Node::Event(name) => ("event", name),
        Node::Other => ("other", "(other)"),
        Node::End if backward => ("start", "(start)"),
        Node::End => ("end", "(end)"),
    }
}
