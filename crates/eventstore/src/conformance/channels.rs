//! The channel of a visit: every backend goes by the rules that the model has.

use std::collections::BTreeMap;

use kassa_model::{Channel, Event};

use super::queries::{answer, by, is, query};
use super::sample::{batch, view};
use crate::EventStore;
use crate::query::{Cell, Field, Metric, Query};

const SOURCES: [Option<&str>; 12] = [
    None,
    Some("Google"),
    Some("Facebook"),
    Some("YouTube"),
    Some("Amazon"),
    Some("Gmail"),
    Some("ChatGPT"),
    Some("Awin"),
    Some("Taboola"),
    Some("newsletter"),
    Some("blog.example"),
    Some("o'neill"),
];
const MEDIA: [Option<&str>; 16] = [
    None,
    Some("cpc"),
    Some("CPM"),
    Some("PPC"),
    Some("paid_social"),
    Some("Paid Search"),
    Some("retargeting"),
    Some("organic"),
    Some("Email"),
    Some("social"),
    Some("video"),
    Some("display"),
    Some("affiliate"),
    Some("referral"),
    Some("shopping"),
    Some("äöü İ"),
];
const CAMPAIGNS: [Option<&str>; 3] = [None, Some("spring"), Some("Spring SHOPPING")];

/// A visit of every combination, and one without a page.
fn visits() -> (Vec<Event>, BTreeMap<&'static str, i64>) {
    let (mut events, mut counted) = (Vec::new(), BTreeMap::new());
    for source in SOURCES {
        for medium in MEDIA {
            for campaign in CAMPAIGNS {
                let number = events.len() as i64 + 1;
                events.push(Event {
                    visitor: Some(number),
                    session: Some(number),
                    source: source.map(str::to_owned),
                    utm_medium: medium.map(str::to_owned),
                    utm_campaign: campaign.map(str::to_owned),
                    ..view(&format!("e{number}"), "/", 0)
                });
                *counted.entry(Channel::of(source, medium, campaign).name()).or_default() += 1;
            }
        }
    }
    let number = events.len() as i64 + 1;
    let pageless = Event { path: None, name: "click".to_owned(), ..view("pageless", "/", 0) };
    events.push(Event { visitor: Some(number), session: Some(number), ..pageless });
    (events, counted)
}

pub(super) async fn a_visit_comes_by_one_channel(store: &dyn EventStore) {
    let (events, counted) = visits();
    store.insert(batch(0, events)).await.unwrap();
    assert_eq!(counted.len(), 12, "every channel is there: {counted:?}");
    for metric in [Metric::Visits, Metric::Visitors, Metric::Events] {
        let table = answer(store, &by(&[Field::Channel], &[metric])).await;
        let mut found = BTreeMap::new();
        for row in &table.rows {
            match row.as_slice() {
                [Cell::Text(channel), Cell::Int(count)] => drop(found.insert(channel.as_str(), *count)),
                other => assert_eq!(other, [Cell::Null, Cell::Int(1)], "the visit without a page"),
            }
        }
        assert_eq!(found, counted, "{metric:?}");
    }
    for (channel, count) in &counted {
        let filter = Some(is(Field::Channel, &[channel]));
        let table = answer(store, &Query { filter, ..query(&[Metric::Visits, Metric::Events]) }).await;
        assert_eq!(table.rows, [[Cell::Int(*count), Cell::Int(*count)]], "{channel}");
    }
}
