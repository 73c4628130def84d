//! Several reports of one moment, clause 12.

use super::queries::{answer, by, is, query};
#[cfg(feature = "duckdb")]
use super::sample::Random;
use super::sample::{LOG, batch, view};
use crate::query::{Cell, Field, Metric, Query};
use crate::{Answers, Batch, Error, EventStore, Mark};

pub(super) async fn several_queries_are_answered_in_their_order(store: &dyn EventStore) {
    store
        .insert(batch(0, vec![view("a", "/", 0), view("b", "/shop", 1), view("c", "/shop", 2)]))
        .await
        .unwrap();
    let pages = by(&[Field::Page], &[Metric::Pageviews]);
    let shop = Query { filter: Some(is(Field::Page, &["/shop"])), ..query(&[Metric::Events]) };
    let none = query(&[]);
    let asked = [pages.clone(), none.clone(), shop.clone(), pages.clone()];
    let Answers { tables, marks } = store.queries(&asked).await.unwrap();
    let [first, refused, second, third] = tables.as_slice() else { panic!("{tables:?}") };
    assert_eq!(*first.as_ref().unwrap(), answer(store, &pages).await);
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    assert_eq!(*second.as_ref().unwrap(), answer(store, &shop).await);
    assert_eq!(second.as_ref().unwrap().rows, [[Cell::Int(2)]]);
    assert_eq!(*third.as_ref().unwrap(), answer(store, &pages).await);
    assert_eq!(Vec::from_iter(marks), [(0, Mark { log_id: LOG, position: 3, epoch: 1 })]);
    assert!(store.queries(&[]).await.unwrap().tables.is_empty());
}

/// Events are stored while questions are asked; each event is a position of the log.
pub(super) async fn several_queries_see_one_moment(store: &dyn EventStore) {
    let fill = async {
        for from in 0..200 {
            let sent: Batch = batch(from, vec![view(&format!("e{from}"), "/", 0)]);
            store.insert(sent).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let ask = async {
        let asked =
            [query(&[Metric::Events]), by(&[Field::Page], &[Metric::Pageviews]), query(&[Metric::Events])];
        let mut moments = 0;
        loop {
            let Answers { tables, marks } = store.queries(&asked).await.unwrap();
            let position = marks.get(&0).map_or(0, |mark| mark.position);
            let counts: Vec<i64> = tables.into_iter().map(|table| last(&table.unwrap().rows)).collect();
            assert_eq!(counts, [position as i64; 3]);
            moments += 1;
            tokio::task::yield_now().await;
            if position == 200 {
                break moments;
            }
        }
    };
    let ((), moments) = tokio::join!(fill, ask);
    assert!(moments > 1, "asked once, after everything");
}

fn last(rows: &[Vec<Cell>]) -> i64 {
    match rows.first().and_then(|row| row.last()) {
        Some(Cell::Int(count)) => *count,
        None => 0,
        other => panic!("{other:?}"),
    }
}

/// What panels of a page mostly measure.
#[cfg(feature = "duckdb")]
const COMMON: [Metric; 10] = [
    Metric::Visitors,
    Metric::Visits,
    Metric::Pageviews,
    Metric::Events,
    Metric::ViewsPerVisit,
    Metric::BounceRate,
    Metric::VisitDuration,
    Metric::Percentage,
    Metric::ConversionRate,
    Metric::Revenue,
];

/// Queries of a page: most about the same time and with the same filter.
#[cfg(feature = "duckdb")]
fn page(random: &mut Random) -> Vec<Query> {
    let first = super::random::query(random);
    let visits = random.one_in(2);
    let time = super::random::time(random);
    let other = |random: &mut Random| match super::random::query(random) {
        other if random.one_in(9) => other,
        mut other => {
            if visits {
                other.dimensions.retain(|by| by.field().is_none_or(Field::is_of_visits));
                other.metrics =
                    (0..1 + random.below(4)).map(|_| COMMON[random.below(COMMON.len())]).collect();
                other.order_by.clear();
            }
            if let Some(by) = other.dimensions.iter_mut().find(|by| by.field().is_none() && !random.one_in(5))
            {
                *by = time.clone();
            }
            Query {
                sites: first.sites.clone(),
                range: first.range,
                filter: first.filter.clone(),
                include_bots: first.include_bots,
                include_dialect_bots: first.include_dialect_bots,
                ..other
            }
        }
    };
    (0..random.below(12)).map(|_| other(random)).collect()
}

/// Clause 12 at random, within clause 5.
#[cfg(feature = "duckdb")]
pub(super) async fn answers_a_page_as_the_reference_does(
    (store, memory): (&dyn EventStore, &dyn EventStore),
    random: &mut Random,
) {
    let asked = page(random);
    let (found, expected) = (store.queries(&asked).await.unwrap(), memory.queries(&asked).await.unwrap());
    assert_eq!(found.marks, expected.marks);
    for ((query, found), expected) in asked.iter().zip(found.tables).zip(expected.tables) {
        super::random::same(&(query, &asked), (found, expected));
    }
}
