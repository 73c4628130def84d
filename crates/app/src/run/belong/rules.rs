//! The rules by which shop, log and store belong together: from what each says of itself to what is wrong. No I/O.

use std::collections::BTreeMap;

use kassa_commerce::identity::{Identity, Published};
use kassa_eventlog::{Offset, Partition, Stream};
use kassa_eventstore::Mark;
use uuid::Uuid;

/// What the parts of a data folder say of themselves; a part that this process does not have says nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) shop: Option<ShopFacts>,
    pub(super) log: Option<LogFacts>,
    pub(super) store: Option<StoreFacts>,
}

/// The shop's database of orders.
#[derive(Debug, Clone, Default)]
pub(super) struct ShopFacts {
    /// How it is named to the operator, without its password.
    pub(super) name: String,
    pub(super) identity: Identity,
    /// Whether it is a file of this folder: then it has published to no log but the one beside it.
    pub(super) is_embedded: bool,
    /// A public event in the log, beyond what is marked as published, of an order that the database does not know.
    pub(super) unknown: Option<String>,
}

/// The event log.
#[derive(Debug, Clone, Default)]
pub(super) struct LogFacts {
    pub(super) name: String,
    pub(super) id: Uuid,
    pub(super) shop_id: Option<Uuid>,
    /// First retained offset and end of each partition.
    pub(super) held: BTreeMap<(Stream, Partition), (Offset, Offset)>,
}

/// The event store.
#[derive(Debug, Clone, Default)]
pub(super) struct StoreFacts {
    pub(super) name: String,
    pub(super) shop_id: Option<Uuid>,
    pub(super) marks: BTreeMap<Partition, Mark>,
    pub(super) has_money: bool,
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misfit {
    /// What was found, and what to do about it.
    pub(super) what: String,
    /// What is given up by whoever starts all the same.
    pub(super) loss: String,
}

/// Everything that does not fit, the most telling first.
pub(super) fn misfits(facts: &Facts) -> Vec<Misfit> {
    let mut found = Vec::new();
    let (shop, log, store) = (facts.shop.as_ref(), facts.log.as_ref(), facts.store.as_ref());
    if let Some(shop) = shop.filter(|shop| shop.identity.id.is_none()) {
        found.extend(shop_is_gone(shop, log, store));
    }
    found.extend(strangers(facts));
    if let (Some(shop), Some(log)) = (shop, log) {
        found.extend(log_is_another(shop, log));
        found.extend(shop.identity.published.iter().filter_map(|place| log_is_cut(place, log)));
        found.extend(shop.unknown.as_deref().map(|id| shop_is_older(shop, log, id)));
    }
    if let (Some(log), Some(store)) = (log, store) {
        found.extend(events_missing(log, store));
    }
    found
}

/// The database has no id, and the parts beside it know of a shop.
fn shop_is_gone(shop: &ShopFacts, log: Option<&LogFacts>, store: Option<&StoreFacts>) -> Option<Misfit> {
    let named =
        log.is_some_and(|log| log.shop_id.is_some()) || store.is_some_and(|store| store.shop_id.is_some());
    let published = |log: &LogFacts| {
        log.held.iter().any(|((stream, _), (_, end))| *stream == Stream::Orders && *end > Offset::START)
    };
    let traded = log.is_some_and(published) || store.is_some_and(|store| store.has_money);
    let name = &shop.name;
    match shop.identity.is_new {
        true if named || traded => Some(Misfit {
            what: format!(
                "the shop's database {name} is new or empty, and log or reports beside it are of a shop that was there \
                 before: put the database back, from a backup if need be"
            ),
            loss: "every product, all stock, every order, key and site of before; reports keep the money of orders \
                   that no database knows any more"
                .to_owned(),
        }),
        // What an older build filled has no id yet, and then neither have the parts that it filled.
        false if named => Some(Misfit {
            what: format!(
                "the shop's database {name} has no shop id, and log or reports beside it have one: it was put back from \
                 before an upgrade, without them; put all parts back from one backup"
            ),
            loss: "what happened to orders and stock since that copy of the database was made".to_owned(),
        }),
        _ => None,
    }
}

/// Parts with different ids.
fn strangers(facts: &Facts) -> Vec<Misfit> {
    let shop = facts
        .shop
        .as_ref()
        .and_then(|shop| Some((shop.identity.id?, format!("the shop's database {}", shop.name))));
    let log = facts.log.as_ref().and_then(|log| Some((log.shop_id?, format!("the event log {}", log.name))));
    let store = facts
        .store
        .as_ref()
        .and_then(|store| Some((store.shop_id?, format!("the event store {}", store.name))));
    let named: Vec<(Uuid, String)> = [shop, log, store].into_iter().flatten().collect();
    let Some(((first, whose), others)) = named.split_first() else { return Vec::new() };
    let foreign = others.iter().filter(|(id, _)| id != first);
    foreign
        .map(|(id, other)| Misfit {
            what: format!(
                "{other} is of shop {id}, and {whose} of shop {first}: one of them comes from another folder; put the \
                 parts together that belong together"
            ),
            loss: format!("that {other} tells of this shop: what stands in it counts as this shop's from here on"),
        })
        .collect()
}

/// A database in a file was published to another log than the one beside it.
fn log_is_another(shop: &ShopFacts, log: &LogFacts) -> Option<Misfit> {
    let published = &shop.identity.published;
    if !shop.is_embedded || published.is_empty() || published.iter().any(|place| place.log_id == log.id) {
        return None;
    }
    let (former, name) = (published[0].log_id, &log.name);
    Some(Misfit {
        what: format!(
            "the shop's orders were published to log {former}, and {name} is log {}: put the log folder back that belongs \
             to the shop",
            log.id
        ),
        loss: format!(
            "everything in log {former} that the event store has not taken from it: events, and money of orders"
        ),
    })
}

/// The log ends before what the database has published to it.
fn log_is_cut(place: &Published, log: &LogFacts) -> Option<Misfit> {
    let (_, end) = *log.held.get(&(place.stream, place.partition))?;
    if place.log_id != log.id || place.next <= end {
        return None;
    }
    let (stream, partition, next, name) = (place.stream.name(), place.partition, place.next, &log.name);
    Some(Misfit {
        what: format!(
            "the shop's orders are published up to {next} of {stream} {partition}, and the log {name} ends at {end}: it was \
             cut, or put back from an older copy without the database; put all parts back from one backup"
        ),
        loss: format!(
            "records {end} to {next} of {stream} {partition}: the money of these orders is missing from reports that do not \
             have it yet"
        ),
    })
}

/// The log holds an order that the database does not know.
fn shop_is_older(shop: &ShopFacts, log: &LogFacts, id: &str) -> Misfit {
    Misfit {
        what: format!(
            "the log {} holds {id}, and the shop's database {} does not know that change of an order: the database was put \
             back from an older copy, without the log; put all parts back from one backup",
            log.name, shop.name
        ),
        loss: format!(
            "orders and stock movements from {id} on; reports keep the money of orders that no database knows"
        ),
    }
}

/// The log no longer has what the store lacks.
fn events_missing(log: &LogFacts, store: &StoreFacts) -> Vec<Misfit> {
    let events = log.held.iter().filter(|((stream, _), _)| *stream == Stream::Events);
    let lacking = events.filter_map(|((_, partition), (first, _))| match store.marks.get(partition) {
        None if *first > Offset::START => Some((partition, Offset::START, first)),
        Some(mark) if mark.log_id == log.id && mark.position < first.0 => {
            Some((partition, Offset(mark.position), first))
        }
        _ => None,
    });
    lacking
        .map(|(partition, from, first)| Misfit {
            what: match from == Offset::START {
                true => format!(
                    "the event store {} is new or empty, and the log {} no longer begins with its first record but with {first} \
                     of partition {partition}: put the store back, from a backup if need be",
                    store.name, log.name
                ),
                false => format!(
                    "the event store {} stands at {from} of partition {partition}, and the log {} begins with {first}: the store \
                     was put back from an older copy; put a newer one back",
                    store.name, log.name
                ),
            },
            loss: format!(
                "records {from} to {first} of partition {partition}: reports begin anew without these events and without their \
                 money",
            ),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: Uuid = Uuid::from_u128(1);
    const LOG: Uuid = Uuid::from_u128(2);
    const OTHER: Uuid = Uuid::from_u128(9);

    /// A folder in which everything fits.
    fn whole() -> Facts {
        let place = |stream, next| Published { log_id: LOG, stream, partition: 0, next: Offset(next) };
        let identity = Identity {
            id: Some(SHOP),
            is_new: false,
            published: vec![place(Stream::Events, 90), place(Stream::Orders, 40)],
        };
        let held = BTreeMap::from([
            ((Stream::Events, 0), (Offset(50), Offset(100))),
            ((Stream::Orders, 0), (Offset(0), Offset(40))),
        ]);
        let mark = Mark { log_id: LOG, position: 70, epoch: 1 };
        Facts {
            shop: Some(ShopFacts { name: "kassa.db".into(), identity, is_embedded: true, unknown: None }),
            log: Some(LogFacts { name: "log".into(), id: LOG, shop_id: Some(SHOP), held }),
            store: Some(StoreFacts {
                name: "events.duckdb".into(),
                shop_id: Some(SHOP),
                marks: BTreeMap::from([(0, mark)]),
                has_money: true,
            }),
        }
    }

    fn check(change: impl FnOnce(&mut ShopFacts, &mut LogFacts, &mut StoreFacts), expected: &[(&str, &str)]) {
        let mut facts = whole();
        let Facts { shop: Some(shop), log: Some(log), store: Some(store) } = &mut facts else {
            unreachable!()
        };
        change(shop, log, store);
        let found = misfits(&facts);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (misfit, (what, loss)) in found.iter().zip(expected) {
            assert!(misfit.what.contains(what) && misfit.loss.contains(loss), "{misfit:?}");
        }
    }

    fn renewed(shop: &mut ShopFacts) {
        shop.identity = Identity { is_new: true, ..Identity::default() };
    }

    #[test]
    fn parts_that_fit() {
        check(|_, _, _| {}, &[]);
        // A log and a store that have just been made, or come from a build without ids.
        check(|_, log, store| (log.shop_id, store.shop_id) = (None, None), &[]);
        check(|shop, log, store| (shop.identity.id, log.shop_id, store.shop_id) = (None, None, None), &[]);
        // A new store beside a log that is complete is filled from it.
        let complete = |log: &mut LogFacts| log.held.insert((Stream::Events, 0), (Offset(0), Offset(100)));
        check(
            |_, log, store| {
                complete(log);
                *store = StoreFacts::default();
            },
            &[],
        );
        // A new folder; and one that has taken events but never sold anything.
        let nothing_sold = |log: &mut LogFacts| {
            log.shop_id = None;
            log.held = BTreeMap::from([
                ((Stream::Events, 0), (Offset(0), Offset(100))),
                ((Stream::Orders, 0), (Offset(0), Offset(0))),
            ]);
        };
        check(
            |shop, log, store| {
                renewed(shop);
                nothing_sold(log);
                (store.shop_id, store.has_money) = (None, false);
            },
            &[],
        );
        // Another process of the same shop, with a log of its own.
        check(
            |shop, log, store| {
                shop.is_embedded = false;
                (log.id, log.shop_id) = (OTHER, None);
                log.held = BTreeMap::from([((Stream::Events, 0), (Offset(0), Offset(0)))]);
                *store = StoreFacts::default();
            },
            &[],
        );
        assert_eq!(misfits(&Facts { shop: None, ..whole() }), []);
        assert_eq!(misfits(&Facts { log: None, ..whole() }), []);
        assert_eq!(misfits(&Facts { store: None, ..whole() }), []);
    }

    #[test]
    fn parts_that_do_not_fit() {
        check(|shop, _, _| renewed(shop), &[("is new or empty, and log or reports", "every product")]);
        check(
            |shop, log, store| {
                renewed(shop);
                (log.shop_id, store.shop_id) = (None, None);
            },
            &[("is new or empty", "all stock")],
        );
        check(
            |shop, _, _| shop.identity.id = None,
            &[("put back from before an upgrade", "orders and stock since")],
        );
        check(
            |_, log, _| log.shop_id = Some(OTHER),
            &[("the event log log is of shop", "counts as this shop's")],
        );
        check(
            |_, _, store| store.shop_id = Some(OTHER),
            &[("the event store events.duckdb is of shop", "counts as")],
        );
        check(|_, log, _| log.id = OTHER, &[("were published to log", "money of orders")]);
        let cut = |log: &mut LogFacts| log.held.insert((Stream::Orders, 0), (Offset(0), Offset(30)));
        check(
            |_, log, _| {
                cut(log);
            },
            &[("published up to 40 of orders 0, and the log log ends at 30", "records 30 to 40 of orders 0")],
        );
        check(
            |shop, _, _| shop.unknown = Some("o-1:2".into()),
            &[("the log log holds o-1:2", "from o-1:2 on")],
        );
        check(
            |_, _, store| *store = StoreFacts::default(),
            &[(
                "is new or empty, and the log log no longer begins with its first record but with 50",
                "records 0 to 50",
            )],
        );
        check(
            |_, _, store| store.marks.values_mut().for_each(|mark| mark.position = 20),
            &[("stands at 20 of partition 0, and the log log begins with 50", "records 20 to 50")],
        );
    }
}
