//! The statements of bench/journeys.sql find what kassa finds.

use duckdb::Connection;
use kassa_eventstore::EventStore;
use kassa_eventstore::duckdb::{DuckStore, Options};
use kassa_eventstore::journey::{Funnel, Node, Of, Paths, Retention, Scope, Step};
use kassa_eventstore::query::{Field, Filter, Operator, TimeRange};
use kassa_model::MICROS_PER_DAY;

use super::*;
use crate::parts::queries::STORE_FILE;
use crate::parts::queries::tests::{by_hand, oddities};
use crate::rows;
use crate::stats::Random;

fn scope() -> Scope {
    Scope {
        sites: vec![rows::SITE.to_owned()],
        range: TimeRange { from: rows::BEGIN, to: rows::END },
        only: None,
        filter: None,
        include_bots: false,
        rules: Vec::new(),
    }
}

fn page(part: &str) -> Step {
    let test =
        |field, operator, value: &str| Filter::Test { field, operator, values: vec![value.to_owned()] };
    let view = test(Field::Name, Operator::Is, "page_view");
    Step::Fits(Filter::And(vec![view, test(Field::Page, Operator::Contains, part)]))
}

#[test]
fn the_statements_find_what_kassa_finds() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(STORE_FILE);
    rows::fill(&file, 20_000).unwrap();
    rows::add(&file, oddities(&mut Random::new(5))).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = DuckStore::open(Options::new(&file)).unwrap();
    let click = || Step::Named("click".to_owned());
    let funnel = Funnel {
        scope: scope(),
        steps: vec![page("/p/1"), click(), page("/p/2"), click()],
        window: MICROS_PER_DAY,
        boundaries: Vec::new(),
        currency: None,
    };
    let boundaries = (0..=31).map(|day| rows::BEGIN.plus_micros(day * MICROS_PER_DAY)).collect();
    let retention = Retention { scope: scope(), of: Of::Visitors, boundaries, currency: None };
    let paths = Paths { scope: scope(), from: None, to: None, steps: 5, nodes: 10, names: 100_000 };
    let (funnel, retention, paths) = runtime.block_on(async {
        let funnel = store.funnel(&funnel).await.unwrap();
        (funnel, store.retention(&retention).await.unwrap(), store.paths(&paths).await.unwrap())
    });
    drop(store);
    let reached = funnel.steps.iter().map(|step| step.visitors.to_string()).collect();
    let mut came_back: Vec<Vec<String>> = Vec::new();
    for (first, cohort) in retention.cohorts.iter().enumerate() {
        let counted = cohort.returned.iter().enumerate().filter(|(_, count)| **count > 0);
        came_back.extend(
            counted.map(|(later, count)| [first, later, *count as usize].map(|n| n.to_string()).to_vec()),
        );
    }
    let mut viewed: Vec<Vec<String>> = Vec::new();
    for (place, step) in paths.steps.iter().enumerate() {
        for (node, visits) in &step.nodes {
            if let Node::Page(page) = node {
                viewed.push(vec![(place + 1).to_string(), page.clone(), visits.to_string()]);
            }
        }
    }
    let connection = Connection::open(&file).unwrap();
    let expected: [(Vec<Vec<String>>, &[usize]); 3] =
        [(vec![reached], &[0, 1, 2, 3]), (came_back, &[0, 1, 2]), (viewed, &[0, 1, 2])];
    for (pair, (found, columns)) in pairs(&QUESTIONS, STATEMENTS).unwrap().iter().zip(expected) {
        assert!(!found.is_empty() && found[0].last().unwrap() != "0", "{}: {found:?}", pair.name);
        assert_eq!(by_hand(&connection, pair.sql, columns), found, "{}", pair.name);
    }
}
