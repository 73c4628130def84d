//! Whether the parts of a data folder belong together, asked at every start before anything is served: the shop's database,
//! the event log and the event store bear the same shop id, and each stands where the others can follow. Parts without an id
//! (new ones, and those of a build that had none) take it on at their first start.
//!
//! What does not fit is refused, in a sentence that says how to go on; `--accept-loss` starts all the same, and the log says
//! what was given up.

mod rules;

use std::collections::BTreeMap;

use anyhow::bail;
use kassa_commerce::identity::{self, Published};
use kassa_db::{Db, Engine};
use kassa_eventlog::{Delivery, EventLog, Limits, Offset, Stream, Upkeep};
use kassa_eventstore::{Batch, Owned};
use kassa_service::masked;
use serde::Deserialize;
use uuid::Uuid;

use self::rules::{Facts, LogFacts, Misfit, ShopFacts, StoreFacts, misfits};
use crate::config::Config;
use crate::open::Parts;

/// Public events that are compared with the database at most: the relay appends far fewer before it marks them.
const TAIL_RECORDS: usize = 10_000;

/// What becomes of parts that do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// They are refused.
    Refused,
    /// What cannot be made good is given up: `--accept-loss`.
    Accepted,
}

/// Checks the parts that this process has, and gives those without an id the shop's.
///
/// # Errors
/// One sentence, unless the loss is accepted; whatever reading the parts fails with.
pub(crate) async fn check(parts: &Parts, loss: Loss) -> anyhow::Result<()> {
    let facts = facts(parts).await?;
    let found = misfits(&facts);
    if loss == Loss::Refused
        && let Some(Misfit { what, loss }) = found.first()
    {
        bail!("{what}; or start once with --accept-loss, which gives up {loss}");
    }
    for Misfit { what, loss } in &found {
        tracing::warn!(what, given_up = loss, "accepting a loss");
    }
    settle(parts, &facts).await
}

async fn facts(parts: &Parts) -> anyhow::Result<Facts> {
    let log = match parts.log() {
        Ok(log) => Some(log_facts(parts, log.as_ref()).await?),
        Err(_) => None,
    };
    let shop = match orders_database(parts) {
        Some(db) => Some(shop_facts(parts, &db, log.as_ref()).await?),
        None => None,
    };
    let store = match parts.store() {
        Ok(store) => {
            let (Owned { shop_id, has_money }, marks) = (store.owned().await?, store.marks().await?);
            let name = parts.config.store_url()?.to_string();
            Some(StoreFacts { name, shop_id, marks, has_money })
        }
        Err(_) => None,
    };
    Ok(Facts { shop, log, store })
}

/// The database of orders, where this process has it and it answers: one that does not answer yet is not waited for.
fn orders_database(parts: &Parts) -> Option<Db> {
    let is_up = parts.databases().is_some_and(|open| open.schemas.are_up());
    parts.shop().ok()?.orders.clone().filter(|_| is_up)
}

async fn log_facts(parts: &Parts, log: &dyn EventLog) -> anyhow::Result<LogFacts> {
    let (mut held, mut id) = (BTreeMap::new(), Uuid::nil());
    for stream in Stream::ALL {
        let status = log.status(stream).await?;
        id = status.log_id;
        for found in status.partitions {
            held.insert((stream, found.partition), (found.first, found.end));
        }
    }
    let shop_id = log.upkeep().map(Upkeep::shop_id).transpose()?.flatten();
    Ok(LogFacts { name: parts.config.log_url()?.to_string(), id, shop_id, held })
}

async fn shop_facts(parts: &Parts, db: &Db, log: Option<&LogFacts>) -> anyhow::Result<ShopFacts> {
    let identity = identity::read(db).await?;
    let unknown = match log.filter(|_| identity.id.is_some()) {
        Some(log) => first_unknown(parts, db, log, &identity.published).await?,
        None => None,
    };
    let name = shown(&parts.config);
    Ok(ShopFacts { name, identity, is_embedded: db.engine() == Engine::Sqlite, unknown })
}

/// The database of orders as the operator knows it: without its password.
fn shown(config: &Config) -> String {
    let own = &config.orders.database_url;
    let url = if own.is_empty() { &config.database.url } else { own };
    let shown = masked::url(url);
    shown.strip_prefix("sqlite:").unwrap_or(&shown).to_owned()
}

/// The part of a public event that tells it from others.
#[derive(Deserialize)]
struct Public {
    id: String,
}

/// The first public event beyond what is marked as published whose order the database does not know. A process that was
/// killed between append and mark leaves some, all of which it knows.
async fn first_unknown(
    parts: &Parts,
    db: &Db,
    log: &LogFacts,
    published: &[Published],
) -> anyhow::Result<Option<String>> {
    let mut reading = parts.log()?.read(Stream::Orders);
    let mut ends = Vec::new();
    for ((_, partition), (first, end)) in log.held.iter().filter(|((stream, _), _)| *stream == Stream::Orders)
    {
        let place = published.iter().find(|place| {
            (place.log_id, place.stream, place.partition) == (log.id, Stream::Orders, *partition)
        });
        // A place that was never noted says nothing about what is known.
        let from = place.map_or(*end, |place| place.next.clamp(*first, *end));
        reading.seek(*partition, from).await?;
        ends.push((*partition, *end));
    }
    let limits = Limits { records_max: TAIL_RECORDS, ..Limits::BATCH };
    let mut read = 0;
    while read < TAIL_RECORDS && ends.iter().any(|(of, end)| reading.position(*of) < Some(*end)) {
        let Delivery::Records { records, .. } = reading.next(limits).await? else { continue };
        read += records.len();
        let ids = records
            .iter()
            .filter_map(|(_, payload)| serde_json::from_slice(payload).ok().map(|Public { id }| id));
        if let Some(unknown) = identity::first_unknown(db, ids.collect()).await? {
            return Ok(Some(unknown));
        }
    }
    Ok(None)
}

/// Makes the parts belong together: what the rules have let pass, or the operator.
async fn settle(parts: &Parts, facts: &Facts) -> anyhow::Result<()> {
    let (shop, log, store) = (facts.shop.as_ref(), facts.log.as_ref(), facts.store.as_ref());
    let of_shop = shop.and_then(|shop| shop.identity.id);
    let of_log = log.and_then(|log| log.shop_id);
    let of_store = store.and_then(|store| store.shop_id);
    // Only a database makes a shop: a collector by itself has nobody to belong to.
    let made = shop.map(|_| Uuid::new_v4());
    let Some(mut id) = of_shop.or(of_log).or(of_store).or(made) else { return skip(parts, facts).await };
    if let (Some(db), Some(_), None) = (orders_database(parts), shop, of_shop) {
        id = identity::set_id(&db, id).await?;
    }
    if let (Some(_), true) = (log, of_log != Some(id)) {
        let log = parts.log()?;
        let set = move || log.upkeep().map_or(Ok(()), |upkeep| upkeep.set_shop_id(id));
        tokio::task::spawn_blocking(set).await??;
    }
    if let (Some(_), true) = (store, of_store != Some(id)) {
        parts.store()?.set_shop_id(id).await?;
    }
    if let (Some(db), Some(shop), Some(log)) = (orders_database(parts), shop, log) {
        note_ends(&db, shop, log).await?;
    }
    skip(parts, facts).await
}

/// Notes where the log ends for a shop that has never published to it, or whose places it lacks: from here on it must hold
/// what is there now.
async fn note_ends(db: &Db, shop: &ShopFacts, log: &LogFacts) -> anyhow::Result<()> {
    let mut places = Vec::new();
    for ((stream, partition), (_, end)) in &log.held {
        let place = Published { log_id: log.id, stream: *stream, partition: *partition, next: *end };
        let noted = shop.identity.published.iter().find(|noted| Published { next: *end, ..**noted } == place);
        let holds = noted.is_some_and(|noted| noted.next <= *end);
        if !holds || shop.unknown.is_some() {
            places.push(place);
        }
    }
    if !places.is_empty() {
        identity::set_published(db, places).await?;
    }
    Ok(())
}

/// Moves a store on to where the log begins: what lies between was given up.
async fn skip(parts: &Parts, facts: &Facts) -> anyhow::Result<()> {
    let (Some(log), Some(store)) = (&facts.log, &facts.store) else { return Ok(()) };
    for ((stream, partition), (first, _)) in &log.held {
        let (from, epoch) = match store.marks.get(partition) {
            Some(mark) if mark.log_id == log.id => (mark.position, mark.epoch),
            Some(_) => continue,
            // A new store takes any position.
            None => (first.0, 0),
        };
        let is_beyond = store.marks.contains_key(partition) && from >= first.0;
        if *stream != Stream::Events || *first == Offset::START || is_beyond {
            continue;
        }
        let batch = Batch {
            log_id: log.id,
            partition: *partition,
            epoch,
            from,
            to: first.0,
            rows: Vec::new(),
            rejected: Vec::new(),
            counts: BTreeMap::new(),
            state: None,
        };
        parts.store()?.insert(batch).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Overrides;

    #[test]
    fn a_database_is_named_without_its_password() {
        let check = |url: &str, expected: &str| {
            let mut config = Config::load(None, &Overrides::flags(Vec::new())).unwrap();
            url.clone_into(&mut config.orders.database_url);
            assert_eq!(shown(&config), expected);
        };
        check("postgres://shop:pw@db/shop", "postgres://shop:********@db/shop");
        check("postgres://db/shop?user=me&password=pw", "postgres://db/shop?user=me&password=********");
        check(
            "postgres://shop:p@ss@db/shop?sslpassword=pw",
            "postgres://shop:********@db/shop?sslpassword=********",
        );
        check("sqlite:/var/lib/kassa/orders.db", "/var/lib/kassa/orders.db");
        let other = "postgres://db/other?password=pw";
        let mut config = Config::load(None, &Overrides::flags(Vec::new())).unwrap();
        other.clone_into(&mut config.database.url);
        assert!(!shown(&config).contains("=pw"), "{}", shown(&config));
    }
}
