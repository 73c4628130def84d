//! The examples of the definitions are true, on the reference store and on DuckDB: their events go through the collector, a log
//! on disk and the processor into the store, each example on a site of its own, and their questions are asked by HTTP. And what
//! is written of them in `docs/definitions.md` is what the code says.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use kassa_access::{Access, Mode, Options, Salts};
use kassa_eventlog::disk::RealDisk;
use kassa_eventlog::local::LocalLog;
use kassa_eventlog::{Error, EventLog, Queued, Record, Status, Stream, Subscription};
use kassa_eventstore::{DuckStore, EventStore, MemoryStore};
use kassa_model::{
    Dialect, Event, LogRecord, ManualClock, OrderItem, OrderPart, SystemClock, Timestamp, decode, encode,
    money_id, visitor_from,
};
use kassa_service::{Metrics, Shutdown};
use serde_json::{Value, json};

use super::support::{NOW, World, site};
use crate::collect::{Collector, CollectorOptions, Dependencies, Incoming};
use crate::process::{ProcessorOptions, replay};
use crate::report::definitions::example::{ASKED_AT, Step};
use crate::report::definitions::{Example, lists, markdown};
use crate::wire::door;

/// How many events an example has.
const EVENTS: usize = 5;

/// An example, with what it is an example of and its own site.
struct Told {
    name: &'static str,
    site: String,
    example: Example,
}

fn all() -> Vec<Told> {
    let entries = lists().into_iter().flat_map(|(_, entries)| entries);
    let told = |(number, (name, example)): (usize, (&'static str, Example))| Told {
        name,
        // The one example whose answer names the site.
        site: if name == "event:site" { "mugs".to_owned() } else { format!("example-{number}") },
        example,
    };
    entries.filter_map(|entry| Some((entry.name, entry.example?))).enumerate().map(told).collect()
}

#[tokio::test]
async fn every_example_gives_what_it_says() {
    let (folder, told) = (tempfile::tempdir().unwrap(), all());
    let log = log_of(folder.path(), recorded(&told).await).await;
    let mut options = kassa_eventstore::Options::new(folder.path().join("store.duckdb"));
    options.memory_limit_mb = 128;
    let stores: [Arc<dyn EventStore>; 2] =
        [Arc::new(MemoryStore::new()), Arc::new(DuckStore::open(options).unwrap())];
    let sites: Vec<String> = told.iter().map(|told| told.site.clone()).collect();
    let mut wrong = Vec::new();
    for store in stores {
        let from = Arc::clone(&log) as Arc<dyn EventLog>;
        let (options, shutdown) = (ProcessorOptions::default(), Shutdown::new());
        let summary = replay(from, Arc::clone(&store), &options, &shutdown, |_| ()).await.unwrap();
        assert_eq!((summary.complete, summary.records), (true, (told.len() * EVENTS) as u64));
        let world = World::over_sites(Arc::clone(&store), &sites);
        for Told { name, site, example } in &told {
            let found = answer(&world, site, example).await;
            if found != example.answer() {
                wrong.push(format!("{name}: {} gives {found}, not {}", example.question(), example.answer()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_written_definitions_are_those_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/definitions.md");
    if std::env::var_os("KASSA_WRITE_DOCS").is_some() {
        std::fs::write(path, markdown()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == markdown(),
        "docs/definitions.md is not what the code says: \
         KASSA_WRITE_DOCS=1 cargo test -p kassa-analytics definitions writes it anew"
    );
}

#[test]
fn a_definition_is_one_sentence_with_an_example_of_its_own() {
    let mut names = BTreeSet::new();
    for (list, entries) in lists() {
        for entry in entries {
            let (name, text) = (entry.name, entry.definition);
            assert!(names.insert(name), "{name} is defined twice");
            let one = text.ends_with('.') && !text.contains(". ") && !text.contains('\n');
            assert!(one && text.starts_with(char::is_uppercase), "{name}: {text}");
            let Some(example) = entry.example else {
                assert_eq!(list, "others", "{name} has no example");
                continue;
            };
            match list {
                "metrics" => assert_eq!(example.metric, name),
                "dimensions" => {
                    let of = name.trim_end_matches("<key>");
                    assert!(example.by.is_some_and(|by| by.starts_with(of)), "{name}");
                }
                _ => {}
            }
            assert_ne!(example.answer(), Value::Null, "{name}");
            let times: Vec<Timestamp> = example.steps().map(|step| time_of(step.time)).collect();
            assert_eq!((times.len(), example.events.split("; ").count()), (EVENTS, EVENTS), "{name}");
            assert!(times.is_sorted() && *times.last().unwrap() <= NOW.parse().unwrap(), "{name}: {times:?}");
        }
    }
    let now: jiff::Timestamp = NOW.parse().unwrap();
    assert_eq!(now.to_zoned(jiff::tz::TimeZone::UTC).strftime("%A, %-d %B %Y, %T UTC").to_string(), ASKED_AT);
}

/// The answer as an example says it: one value, or rows.
async fn answer(world: &World, site: &str, example: &Example) -> Value {
    let mut question = example.question();
    question["site_id"] = json!(site);
    if let Some(asked) = example.question {
        let answer = world.ask(asked.route, &question).await;
        return answer["results"].as_array().unwrap().iter().map(|row| row[asked.member].clone()).collect();
    }
    let answer = world.query(question).await;
    let rows = answer["results"].as_array().unwrap();
    if example.by.is_none() {
        return rows[0]["metrics"][0].clone();
    }
    rows.iter().map(|row| json!([row["dimensions"][0], row["metrics"][0]])).collect()
}

/// `Fri 10:00` in the week of the examples.
fn time_of(at: &str) -> Timestamp {
    let (day, time) = at.split_once(' ').unwrap();
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri"];
    let day = 16 + days.iter().position(|known| *known == day).unwrap();
    format!("2026-11-{day}T{time}:00Z").parse().unwrap()
}

/// What the collector, and the shop's outbox, write of the examples.
async fn recorded(told: &[Told]) -> Vec<Record> {
    let folder = tempfile::tempdir().unwrap();
    let sites = told.iter().map(|told| site(&told.site, "UTC")).collect();
    let access = Access::open(&Options { sites, ..Options::default() }, Mode::Open, folder.path()).unwrap();
    let log = Arc::new(Captured::default());
    let parts = Dependencies {
        log: Arc::clone(&log) as Arc<dyn EventLog>,
        access,
        salts: Arc::new(Salts::open(folder.path()).unwrap()),
        clock: Arc::new(ManualClock::new(NOW.parse().unwrap())),
    };
    let collector = Collector::new(&CollectorOptions::default(), parts, &Metrics::new("test")).unwrap();
    let mut steps: Vec<(Timestamp, &str, usize, Deed)> = Vec::new();
    for Told { site, example, .. } in told {
        for (number, step) in example.steps().enumerate() {
            steps.push((time_of(step.time), site, number, read(step)));
        }
    }
    steps.sort_by_key(|(time, ..)| *time);
    let mut placed = BTreeMap::new();
    for (index, (time, site, number, deed)) in steps.into_iter().enumerate() {
        send(&collector, site, (time, number), &deed).await;
        let mut written = None;
        if let Some(change) = &deed.change {
            let placed_at = *placed.entry((site, change.order)).or_insert(time);
            written = Some((money((site, &deed), change, time), placed_at));
        }
        log.finish(index, &deed, written);
    }
    std::mem::take(&mut *log.0.lock().unwrap())
}

/// What a step of an example says in words.
struct Deed {
    who: &'static str,
    /// The name of the event; none for a page view.
    name: Option<&'static str>,
    /// The address of the page, without the host of the shop.
    page: &'static str,
    change: Option<Change>,
    props: Value,
    from: &'static str,
    agent: &'static str,
    country: Option<&'static str>,
}

/// A change of an order, in EUR.
struct Change {
    order: &'static str,
    name: &'static str,
    status: &'static str,
    units: i64,
    /// What is ordered; the product is called the same, and its category is `kitchen`.
    sku: &'static str,
    amount_minor: i64,
}

const DESKTOP: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Version/18.1 Mobile/15E148 Safari/604.1";
const CRAWLER: &str = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

/// Reads `views /mugs, coming from https://blog.example/, by Googlebot, in DE`, `does click with {"size":7}`, or
/// `places order 1: 2 mug, 20.00 EUR`.
fn read(Step { visitor: who, does, .. }: Step) -> Deed {
    let (what, props) = does.split_once(" with ").unwrap_or((does, "{}"));
    let mut parts = what.split(", ");
    let what = parts.next().unwrap();
    let props = serde_json::from_str(props).unwrap();
    let mut deed =
        Deed { who, name: None, page: "/", change: None, props, from: "", agent: DESKTOP, country: None };
    if let Some(page) = what.strip_prefix("views ") {
        deed.page = page;
    } else if let Some(name) = what.strip_prefix("does ") {
        deed.name = Some(name);
    } else {
        let change = read_change(what, parts.next().unwrap());
        deed.name = Some(change.name);
        deed.change = Some(change);
    }
    for part in parts {
        match part.split_once(' ').unwrap() {
            ("coming", from) => deed.from = from.strip_prefix("from ").unwrap(),
            ("by", "Safari on an iPhone") => deed.agent = PHONE,
            ("by", "Googlebot") => deed.agent = CRAWLER,
            ("in", country) => deed.country = Some(country),
            _ => panic!("{does}"),
        }
    }
    deed
}

/// Reads `places order 1: 2 mug` and `20.00 EUR`.
fn read_change(what: &'static str, amount: &'static str) -> Change {
    let (verb, of) = what.split_once(" order ").unwrap();
    let (order, line) = of.split_once(": ").unwrap();
    let (units, sku) = line.split_once(' ').unwrap();
    let (name, status) = match verb {
        "places" => ("Order Completed", "confirmed"),
        "gets money back for" => ("Order Refunded", "refunded"),
        "cancels" => ("Order Cancelled", "cancelled"),
        _ => panic!("{what}"),
    };
    let cents = amount.strip_suffix(" EUR").unwrap().replace('.', "");
    Change { order, name, status, units: units.parse().unwrap(), sku, amount_minor: cents.parse().unwrap() }
}

/// Sends a step as kassa's tracker does. What the shop writes of a change is put in the place of what is sent of it.
async fn send(collector: &Collector, site: &str, (time, number): (Timestamp, usize), deed: &Deed) {
    let path = if deed.name.is_none() { "v1/page" } else { "v1/track" };
    let page = deed.page;
    let url = if page.starts_with('/') { format!("https://shop.example{page}") } else { page.to_owned() };
    let mut message = json!({
        "messageId": format!("{site}-{number}"), "anonymousId": deed.who, "properties": deed.props,
        "context": {"page": {"url": url, "referrer": deed.from},
            "library": {"name": "kassa", "version": "1"}},
    });
    if let Some(name) = deed.name {
        message["event"] = json!(name);
    }
    let body = Bytes::from(message.to_string());
    let incoming = Incoming::new(door(path).unwrap(), body, IpAddr::V4(Ipv4Addr::LOCALHOST));
    let incoming = incoming.agent(deed.agent).key(site).received_at(time);
    collector.collect(incoming).await.unwrap();
}

/// What the shop's outbox writes of a change of an order that was placed by the same visitor.
fn money((site, deed): (&str, &Deed), change: &Change, time: Timestamp) -> Event {
    let item = OrderItem {
        sku: change.sku.to_owned(),
        name: change.sku.to_owned(),
        category: Some("kitchen".to_owned()),
        units: change.units,
        revenue_minor: change.amount_minor,
    };
    let order = OrderPart {
        order_id: change.order.to_owned(),
        revenue_minor: change.amount_minor,
        currency: "EUR".to_owned(),
        status: change.status.to_owned(),
        items: vec![item],
    };
    Event {
        id: money_id(change.order, time.micros()),
        site: site.to_owned(),
        name: change.name.to_owned(),
        name_sent: change.name.to_owned(),
        visitor: Some(visitor_from(site, deed.who)),
        order: Some(order),
        props: deed.props.to_string(),
        ..Event::blank(Dialect::SHOP, time)
    }
}

async fn log_of(folder: &Path, records: Vec<Record>) -> Arc<LocalLog> {
    let mut options = kassa_eventlog::local::Options::new(folder.join("log"));
    options.reserve_bytes = 0;
    let log = Arc::new(LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock)).unwrap());
    log.append(Stream::Events, records).await.unwrap();
    log
}

/// A log that keeps what is appended, for another one.
#[derive(Debug, Default)]
struct Captured(Mutex<Vec<Record>>);

impl Captured {
    /// Makes the record of this step what it is to be: with the country, for which the collector of this test has no file, or
    /// with what the shop has written, and when the order was placed.
    fn finish(&self, index: usize, deed: &Deed, written: Option<(Event, Timestamp)>) {
        let mut records = self.0.lock().unwrap();
        assert_eq!(records.len(), index + 1, "one record for each step: {}", deed.who);
        let record = records.last_mut().unwrap();
        let LogRecord::Event(mut recorded) = decode(&record.payload).unwrap() else { panic!("refused") };
        recorded.event.country = deed.country.map(str::to_owned);
        if let Some((event, placed_at)) = written {
            recorded.event = event;
            recorded.placed_at = Some(placed_at);
            recorded.from_browser = false;
        }
        record.payload = encode(&LogRecord::Event(recorded)).unwrap().into();
    }
}

#[async_trait]
impl EventLog for Captured {
    async fn queue(&self, _: Stream, records: Vec<Record>) -> Result<Queued, Error> {
        self.0.lock().unwrap().extend(records);
        Ok(Queued::new(std::future::ready(Ok(Vec::new()))))
    }

    async fn subscribe(&self, _: Stream, _: &str) -> Result<Box<dyn Subscription>, Error> {
        Err(Error::Invalid("a log to write to".to_owned()))
    }

    fn read(&self, _: Stream) -> Box<dyn Subscription> {
        unreachable!("a log to write to")
    }

    async fn status(&self, _: Stream) -> Result<Status, Error> {
        Err(Error::Invalid("a log to write to".to_owned()))
    }
}
