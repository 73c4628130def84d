//! Clause 5 by hand: events that nobody did, with a visit and without.

use kassa_model::Event;

use super::queries::{by, check, query, text};
use super::sample::{batch, view};
use crate::EventStore;
use crate::query::Cell::{Int, Ratio};
use crate::query::{Field, Metric};

fn event(id: &str, name: &str, session: i64, second: i64) -> Event {
    Event {
        name: name.to_owned(),
        name_sent: name.to_owned(),
        session: Some(session),
        visitor: Some(if session == 0 { 9 } else { session }),
        ..view(id, "/", second)
    }
}

fn seconds(seconds: u32, event: Event) -> Event {
    Event { props: format!("{{\"seconds\":{seconds}}}"), ..event }
}

pub(super) async fn what_nobody_did_is_no_visit_and_no_interaction(store: &dyn EventStore) {
    let events = vec![
        event("a", "page_view", 1, 10),
        seconds(30, event("b", "time_on_page", 1, 2_710)),
        Event { non_interactive: true, ..event("c", "Scrolled", 1, 2_800) },
        event("d", "identify", 1, 2_900),
        event("e", "hover_enter", 1, 2_950),
        event("f", "identify", 0, 3_000),
        seconds(500, event("g", "time_on_page", 0, 3_100)),
        // A view is a view, however it is marked.
        Event { non_interactive: true, ..event("h", "page_view", 2, 20) },
        event("i", "Scrolled", 2, 25),
    ];
    store.insert(batch(0, events)).await.unwrap();
    let metrics = [
        Metric::Visitors,
        Metric::Visits,
        Metric::Pageviews,
        Metric::Events,
        Metric::BounceRate,
        Metric::VisitDuration,
        Metric::TimeOnPage,
        Metric::Percentage,
    ];
    let all: &[_] =
        &[Int(2), Int(2), Int(2), Int(9), Ratio(100, 2), Ratio(5, 2), Ratio(30, 1), Ratio(200, 2)];
    check(store, query(&metrics), &[all]).await;
    let of_names = by(&[Field::Name], &[Metric::Events, Metric::Visitors]);
    let named = |name: &'static str, events, visitors| [text(name), Int(events), Int(visitors)];
    let rows = [
        named("Scrolled", 2, 2),
        named("hover_enter", 1, 1),
        named("identify", 2, 1),
        named("page_view", 2, 2),
        named("time_on_page", 2, 1),
    ];
    let rows: Vec<&[_]> = rows.iter().map(<[_; 3]>::as_slice).collect();
    check(store, of_names, &rows).await;
}
