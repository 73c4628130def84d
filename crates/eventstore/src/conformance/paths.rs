//! Clause 5, the definitions of paths.

use kassa_model::{Dialect, Event, OrderPart};

use super::queries::is;
use super::sample::{after, batch, view};
use crate::journey::{Edge, Node, PathStep, Paths, PathsAnswer, Scope, Step};
use crate::query::{CONFIRMED, Field, Filter, TimeRange};
use crate::{Error, EventStore};

fn asked() -> Paths {
    Paths {
        scope: Scope {
            sites: vec!["demo".to_owned()],
            range: TimeRange { from: after(0), to: after(86_400) },
            only: None,
            filter: None,
            include_bots: false,
            rules: Vec::new(),
        },
        from: None,
        to: None,
        steps: 3,
        nodes: 10,
        names: 1_000,
    }
}

fn page_step(path: &str) -> Option<Step> {
    Some(Step::Fits(Filter::And(vec![is(Field::Name, &["page_view"]), is(Field::Page, &[path])])))
}

/// The pages of visit `who`, a second after each other.
fn visit(who: i64, begin: i64, pages: &[&str]) -> Vec<Event> {
    let view = |(second, page): (i64, &&str)| Event {
        visitor: Some(who),
        session: Some(who),
        ..view(&format!("{who}-{second}"), page, second)
    };
    (begin..).zip(pages).map(view).collect()
}

fn order(who: i64, second: i64) -> Event {
    let order = OrderPart {
        order_id: format!("o{who}"),
        revenue_minor: 100,
        currency: "EUR".to_owned(),
        status: "confirmed".to_owned(),
        items: Vec::new(),
    };
    let event = visit(who, second, &["/pay"]).remove(0);
    Event {
        id: format!("o{who}"),
        name: CONFIRMED.to_owned(),
        order: Some(order),
        dialect: Dialect::SHOP,
        ..event
    }
}

async fn answer(store: &dyn EventStore, asked: &Paths) -> PathsAnswer {
    store.paths(asked).await.unwrap_or_else(|error| panic!("{error}: {asked:?}"))
}

fn page(path: &str, visits: u64) -> (Node, u64) {
    (Node::Page(path.to_owned()), visits)
}

fn steps(steps: &[&[(Node, u64)]]) -> Vec<PathStep> {
    steps.iter().map(|nodes| PathStep { nodes: nodes.to_vec() }).collect()
}

fn edges(edges: &[(usize, usize, usize, u64)]) -> Vec<Edge> {
    edges
        .iter()
        .map(|(step, from, to, visits)| Edge { step: *step, from: *from, to: *to, visits: *visits })
        .collect()
}

async fn seed(store: &dyn EventStore) {
    let mut events = Vec::new();
    // A page twice at once is there once; a click is no place.
    events.extend(visit(1, 0, &["/", "/", "/a", "/b", "/c"]));
    events.push(Event { id: "click".to_owned(), name: "click".to_owned(), ..visit(1, 1, &["/a"]).remove(0) });
    events.extend(visit(2, 100, &["/", "/b", "/", "/a"]));
    events.extend(visit(3, 200, &["/a"]));
    events.extend(visit(4, 300, &["/", "/a"]));
    events.push(order(4, 305));
    // Began after the range; a robot.
    events.extend(visit(5, 86_400, &["/"]));
    events.extend(visit(6, 400, &["/"]).into_iter().map(|event| Event { bot: true, ..event }));
    store.insert(batch(0, events)).await.unwrap();
}

pub(super) async fn visits_go_from_page_to_page(store: &dyn EventStore) {
    seed(store).await;
    let found = answer(store, &asked()).await;
    assert_eq!((found.visits, found.longer), (4, 2));
    let all = [
        &[page("/", 3), page("/a", 1)][..],
        &[page("/a", 2), page("/b", 1), (Node::End, 1)],
        &[page("/", 1), page("/b", 1), (Node::End, 1)],
    ];
    assert_eq!(found.steps, steps(&all));
    let all = [(0, 0, 0, 2), (0, 0, 1, 1), (0, 1, 2, 1), (1, 0, 1, 1), (1, 0, 2, 1), (1, 1, 0, 1)];
    assert_eq!(found.edges, edges(&all));
    // Only the most frequent node of each step is told apart.
    let found = answer(store, &Paths { nodes: 1, steps: 2, ..asked() }).await;
    let few = [&[page("/", 3), (Node::Other, 1)][..], &[page("/a", 2), (Node::Other, 1), (Node::End, 1)]];
    assert_eq!(found.steps, steps(&few));
    // And only one name at all: a run of others is one place.
    let found = answer(store, &Paths { names: 1, ..asked() }).await;
    let one = [
        &[page("/", 3), (Node::Other, 1)][..],
        &[(Node::Other, 3), (Node::End, 1)],
        &[page("/", 1), (Node::End, 2)],
    ];
    assert_eq!(found.steps, steps(&one));
}

pub(super) async fn paths_have_ends(store: &dyn EventStore) {
    seed(store).await;
    let found = answer(store, &Paths { from: page_step("/b"), ..asked() }).await;
    assert_eq!((found.visits, found.longer), (2, 0));
    let from = [&[page("/b", 2)][..], &[page("/", 1), page("/c", 1)], &[page("/a", 1), (Node::End, 1)]];
    assert_eq!(found.steps, steps(&from));
    // Backward, from the first that is the end.
    let found = answer(store, &Paths { to: page_step("/a"), ..asked() }).await;
    assert_eq!((found.visits, found.longer), (4, 1));
    let to = [&[page("/a", 4)][..], &[page("/", 3), (Node::End, 1)], &[page("/b", 1), (Node::End, 2)]];
    assert_eq!(found.steps, steps(&to));
    let order = Some(Step::Named(CONFIRMED.to_owned()));
    let found = answer(store, &Paths { to: order, ..asked() }).await;
    let event = (Node::Event(CONFIRMED.to_owned()), 1);
    assert_eq!(found.steps, steps(&[&[event][..], &[page("/a", 1)], &[page("/", 1)]]));
    // Both: what needs more steps is only told.
    let both = Paths { from: page_step("/"), to: page_step("/a"), ..asked() };
    let found = answer(store, &both).await;
    assert_eq!((found.visits, found.longer), (2, 1));
    assert_eq!(found.steps, steps(&[&[page("/", 2)], &[page("/a", 2)]]));
    let found = answer(store, &Paths { steps: 4, ..both }).await;
    assert_eq!((found.visits, found.longer), (3, 0));
    assert_eq!(found.edges, edges(&[(0, 0, 0, 2), (0, 0, 1, 1), (1, 1, 0, 1), (2, 0, 0, 1)]));
    // A filter is one of visits.
    let scope = Scope { filter: Some(is(Field::Page, &["/c"])), ..asked().scope };
    assert_eq!(answer(store, &Paths { scope, ..asked() }).await.visits, 1);
}

pub(super) async fn paths_without_an_answer_are_refused(store: &dyn EventStore) {
    let refuses = async |asked: Paths| {
        let answer = store.paths(&asked).await;
        assert!(matches!(answer, Err(Error::Invalid(_))), "{answer:?}: {asked:?}");
    };
    for (steps, nodes, names) in [(1, 1, 1), (21, 1, 1), (2, 0, 1), (2, 51, 1), (2, 1, 0)] {
        refuses(Paths { steps, nodes, names, ..asked() }).await;
    }
    refuses(Paths { from: Some(Step::Fits(is(Field::ExitPage, &["/"]))), ..asked() }).await;
    refuses(Paths { to: Some(Step::Fits(is(Field::Sku, &["/"]))), ..asked() }).await;
}
