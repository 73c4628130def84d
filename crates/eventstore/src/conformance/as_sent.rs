//! What was sent, beside what is made of it.

use kassa_model::Event;

use super::queries::{answer, by, text};
use super::sample::{batch, view};
use crate::EventStore;
use crate::query::{Cell, EventFilter, Field, Metric};

pub(super) async fn a_path_is_known_as_it_was_sent(store: &dyn EventStore) {
    let sent = |id: &str, path: &str, props: &str| Event { props: props.to_owned(), ..view(id, path, 0) };
    let events = vec![
        sent("a", "/shop", r#"{"$path":"/shop/","n":1}"#),
        sent("b", "/shop", r#"{"n":1,"$path":"/shop?x=\"1\""}"#),
        sent("c", "/shop", "{}"),
        sent("d", "/other", r#"{"deep":{"$path":"/no"}}"#),
        Event { path: None, ..sent("e", "", "{}") },
    ];
    store.insert(batch(0, events)).await.unwrap();
    let table = answer(store, &by(&[Field::PageSent], &[Metric::Pageviews])).await;
    let row = |path: &str| vec![text(path), Cell::Int(1)];
    let expected =
        [row("/other"), row("/shop"), row("/shop/"), row("/shop?x=\"1\""), vec![Cell::Null, Cell::Int(1)]];
    assert_eq!(table.rows, expected);
    let listed = async |filter: EventFilter| {
        let rows = store.events(&EventFilter { limit: 10, ..filter }).await.unwrap();
        rows.into_iter().map(|row| row.event.id).collect::<Vec<_>>()
    };
    let path = |path: &str| Some(path.to_owned());
    assert_eq!(listed(EventFilter { path_sent: path("/shop/"), ..EventFilter::default() }).await, ["a"]);
    assert_eq!(listed(EventFilter { path_sent: path("/shop"), ..EventFilter::default() }).await, ["c"]);
    assert_eq!(listed(EventFilter { path: path("/shop"), ..EventFilter::default() }).await, ["c", "b", "a"]);
}
