//! Visits that something cuts: the end of a day, of a month, a change of the clock, the edge of a range. Random visits around such
//! instants of three time zones, asked of DuckDB and of the reference, and counted by a plain loop over the visits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kassa_eventstore::DuckStore;
use kassa_model::{Event, MICROS_PER_SECOND, Timestamp};
use serde_json::{Value, json};

use super::random::{Random, cases};
use super::support::{World, event, money};
use crate::report::calendar::to_jiff;
use crate::report::shape::tenths;

const MINUTE: i64 = 60 * MICROS_PER_SECOND;

/// A site, its time zone, and instants at which something ends there.
struct Region {
    site: &'static str,
    zone: &'static str,
    cuts: [&'static str; 7],
    days: [&'static str; 4],
}

const REGIONS: [Region; 3] = [
    Region {
        site: "berlin",
        zone: "Europe/Berlin",
        cuts: [
            "2026-03-28T23:00:00Z", // midnight
            "2026-03-29T01:00:00Z", // 02:00 becomes 03:00
            "2026-03-29T22:00:00Z", // midnight after 23 hours
            "2026-03-31T22:00:00Z", // the end of March
            "2026-10-25T01:00:00Z", // 03:00 becomes 02:00
            "2026-10-25T23:00:00Z", // midnight after 25 hours
            "2026-10-31T23:00:00Z", // the end of October
        ],
        days: ["2026-03-28", "2026-03-29", "2026-10-25", "2026-11-01"],
    },
    Region {
        site: "paulo",
        zone: "America/Sao_Paulo",
        cuts: [
            "2018-02-18T02:00:00Z", // midnight becomes 23:00 of the day before
            "2018-02-18T03:00:00Z", // the midnight after that
            "2018-03-01T03:00:00Z", // the end of February
            "2018-11-01T03:00:00Z", // the end of October
            "2018-11-04T03:00:00Z", // midnight becomes 01:00
            "2018-11-05T02:00:00Z", // midnight after 23 hours
            "2018-12-01T02:00:00Z", // the end of November
        ],
        days: ["2018-02-17", "2018-02-18", "2018-11-04", "2018-12-01"],
    },
    Region {
        site: "kathmandu",
        zone: "Asia/Kathmandu",
        cuts: [
            "2026-08-31T18:15:00Z", // months end at 18:15
            "2026-09-30T18:15:00Z",
            "2026-10-31T18:15:00Z",
            "2026-11-09T18:15:00Z", // and days
            "2026-11-10T18:15:00Z",
            "2026-11-11T00:00:00Z", // midnight elsewhere
            "2026-11-15T18:15:00Z", // the end of a week
        ],
        days: ["2026-09-01", "2026-10-31", "2026-11-10", "2026-11-16"],
    },
];

/// About half an hour before or after a cut, or at it to the microsecond.
fn near(random: &mut Random, region: &Region) -> Timestamp {
    let cut: Timestamp = random.pick(&region.cuts).parse().unwrap();
    let within = random.below(35 * MINUTE as usize) as i64;
    cut.plus_micros([0, -1, 1, -within, within][random.below(5)])
}

/// The events of visit `number`, in the order of their time: mostly pages, and now and then an order.
fn visit(random: &mut Random, region: &Region, number: i64) -> Vec<Event> {
    let mut at = near(random, region);
    let mut events = Vec::new();
    for _ in 0..1 + random.below(5) {
        let name = *random.pick(&["page_view", "page_view", "page_view", "click", "time_on_page"]);
        let text = |random: &mut Random, from: &[&str]| Some((*random.pick(from)).to_owned());
        events.push(Event {
            path: if random.one_in(6) { None } else { text(random, &["/", "/a", "/b"]) },
            host: text(random, &["x.test", "y.test"]),
            source: text(random, &["Google", "newsletter", "blog.example"]).filter(|_| !random.one_in(3)),
            country: text(random, &["DE", "BR"]),
            ..event(name, number, &at.to_string())
        });
        at = at.plus_micros(random.below(29 * MINUTE as usize) as i64);
    }
    if random.one_in(3) {
        let (order, line) = (format!("o{number}"), [("mug", 1, 500)]);
        events.push(money((order.as_str(), "Order Completed", "confirmed"), number, &at.to_string(), &line));
    }
    for (place, event) in events.iter_mut().enumerate() {
        event.id = format!("v{number}-{place}");
        event.site = region.site.to_owned();
        event.visitor = Some(number % 17);
    }
    events
}

fn visits(random: &mut Random, region: &Region, count: i64) -> Vec<Vec<Event>> {
    (1..=count).map(|number| visit(random, region, number)).collect()
}

/// The same events in both stores; visits lie among one another, each in its order.
async fn worlds(random: &mut Random, told: &[Vec<Event>]) -> ([World; 2], tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut options = kassa_eventstore::Options::new(folder.path().join("events.duckdb"));
    options.memory_limit_mb = 128;
    let worlds = [World::open(), World::over(Arc::new(DuckStore::open(options).unwrap()))];
    let mut waiting: Vec<_> = told.iter().map(|events| events.iter()).collect();
    let mut events = Vec::new();
    while !waiting.is_empty() {
        let place = random.below(waiting.len());
        match waiting[place].next() {
            Some(event) => events.push(event.clone()),
            None => drop(waiting.swap_remove(place)),
        }
    }
    for world in &worlds {
        world.seed(events.clone()).await;
    }
    (worlds, folder)
}

/// Two days, or two instants near cuts.
fn range(random: &mut Random, region: &Region) -> Value {
    if random.one_in(2) {
        let (first, last) = (random.below(4), random.below(4));
        return json!([region.days[first.min(last)], region.days[first.max(last)]]);
    }
    let (from, to) = (near(random, region), near(random, region));
    json!([from.min(to).to_string(), from.max(to).plus_micros(1).to_string()])
}

fn question(random: &mut Random, region: &Region) -> Value {
    let metrics = [
        "visitors",
        "visits",
        "pageviews",
        "events",
        "views_per_visit",
        "bounce_rate",
        "visit_duration",
        "percentage",
        "orders",
        "conversion_rate",
    ];
    let fields = [
        "visit:source",
        "visit:entry_page",
        "visit:exit_page",
        "visit:hostname",
        "visit:channel",
        "visit:country",
        "event:page",
    ];
    let times = ["time:hour", "time:day", "time:week", "time:month"];
    let some = |random: &mut Random, from: &[&'static str], most: usize| -> Vec<Value> {
        let chosen: BTreeSet<&str> = (0..random.below(most + 1)).map(|_| *random.pick(from)).collect();
        chosen.into_iter().map(Value::from).collect()
    };
    let mut asked = some(random, &metrics, 4);
    if asked.is_empty() {
        asked.push("visits".into());
    }
    let mut dimensions = some(random, &fields, 2);
    if random.one_in(2) {
        dimensions.insert(0, json!(random.pick(&times)));
    }
    let filters = match random.below(6) {
        0 => json!([["is", "visit:source", ["Google", "(none)"]]]),
        1 => json!([["is_not", "visit:exit_page", ["/a"]]]),
        2 => json!([["is", "event:page", ["/", "/b"]]]),
        3 => json!([["or", [["is", "visit:entry_page", ["/"]], ["is", "event:name", ["click"]]]]]),
        _ => json!([]),
    };
    json!({"site_id": region.site, "metrics": asked, "dimensions": dimensions, "filters": filters,
        "date_range": range(random, region)})
}

#[tokio::test]
async fn duckdb_answers_as_the_reference_does_wherever_visits_are_cut() {
    let count = cases(3_000);
    let mut random = Random::new("cut_visits", count);
    let (mut answered, mut refused) = (0, 0);
    for region in &REGIONS {
        let told = visits(&mut random, region, 60);
        let ([reference, duck], _folder) = worlds(&mut random, &told).await;
        for _ in 0..count.div_ceil(3) {
            let query = question(&mut random, region).to_string();
            let (expected, found) = (reference.post(query.clone()).await, duck.post(query.clone()).await);
            // As many hours as there may be are soon too many; both say so.
            assert_eq!((found.status, &found.text), (expected.status, &expected.text), "{query}");
            match found.status.as_u16() {
                200 => answered += 1,
                400 => refused += 1,
                other => panic!("{other}: {query}"),
            }
        }
    }
    println!("cut_visits: {answered} answered, {refused} refused");
    assert!(answered > 2 * refused, "{answered} answered, {refused} refused");
}

/// What is counted on a day: visits that began, bounces among them, their seconds and page views; visitors and page views
/// that happened.
#[derive(Debug, Default)]
struct Day {
    visits: i64,
    bounces: i64,
    seconds: i64,
    views_of_visits: i64,
    visitors: BTreeSet<i64>,
    views: i64,
}

/// By a loop over the visits.
fn counted(told: &[Vec<Event>], zone: &str) -> BTreeMap<Date, Day> {
    let zone = TimeZone::get(zone).unwrap();
    let date = |event: &Event| zone.to_datetime(to_jiff(event.occurred_at)).date();
    let mut days: BTreeMap<Date, Day> = BTreeMap::new();
    for visit in told {
        let events = || visit.iter().filter(|event| event.order.is_none());
        for event in events() {
            let day = days.entry(date(event)).or_default();
            day.visitors.extend(event.visitor);
            day.views += i64::from(event.is_page_view());
        }
        let views = events().filter(|event| event.is_page_view()).count() as i64;
        let done = events().any(Event::is_interactive);
        let times = || {
            let extends = events().filter(|event| event.is_page_view() || event.is_interactive());
            extends.map(|event| event.occurred_at.micros())
        };
        let length = times().max().unwrap_or_default() - times().min().unwrap_or_default();
        let day = days.entry(date(&visit[0])).or_default();
        day.visits += 1;
        day.bounces += i64::from(views == 1 && !done);
        day.seconds += length / MICROS_PER_SECOND;
        day.views_of_visits += views;
    }
    days
}

impl Day {
    /// As an answer shows it.
    fn shown(&self) -> Value {
        let ratio = |top: i64, bottom: i64| match tenths(top, bottom) {
            None => Value::Null,
            Some(tenths) if tenths % 10 == 0 => json!(i64::try_from(tenths / 10).unwrap()),
            Some(tenths) => json!(tenths as f64 / 10.0),
        };
        json!([
            self.visits,
            ratio(100 * self.bounces, self.visits),
            ratio(self.seconds, self.visits),
            ratio(self.views_of_visits, self.visits),
            self.visitors.len(),
            self.views,
        ])
    }
}

#[tokio::test]
async fn a_visit_counts_on_the_day_on_which_it_began_in_every_time_zone() {
    let mut random = Random::new("days_of_visits", 3);
    for region in &REGIONS {
        let told = visits(&mut random, region, 80);
        let (worlds, _folder) = worlds(&mut random, &told).await;
        let days = counted(&told, region.zone);
        let (first, last) = (days.keys().next().unwrap(), days.keys().next_back().unwrap());
        let query = json!({"site_id": region.site, "dimensions": ["time:day"],
            "metrics": ["visits", "bounce_rate", "visit_duration", "views_per_visit", "visitors", "pageviews"],
            "date_range": [first.to_string(), last.to_string()]});
        for world in &worlds {
            let mut found = BTreeMap::new();
            for row in world.query(query.clone()).await["results"].as_array().unwrap() {
                let date: Date = row["dimensions"][0].as_str().unwrap().parse().unwrap();
                found.insert(date, row["metrics"].clone());
            }
            for (date, metrics) in &found {
                let expected = days.get(date).map_or_else(|| Day::default().shown(), Day::shown);
                assert_eq!(*metrics, expected, "{date} in {}", region.zone);
            }
            assert!(days.keys().all(|date| found.contains_key(date)), "{}", region.zone);
        }
    }
}

/// Wherever a range is cut in two, each visit is in one of the halves, under the source and the exit page that it has in the
/// whole.
#[tokio::test]
async fn the_halves_of_a_range_have_the_visits_of_the_whole() {
    let count = cases(600);
    let mut random = Random::new("halves", count);
    for region in &REGIONS {
        let told = visits(&mut random, region, 60);
        let ([_, duck], _folder) = worlds(&mut random, &told).await;
        let ask = async |from: Timestamp, to: Timestamp| {
            let query = json!({"site_id": region.site, "metrics": ["visits"],
                "dimensions": ["visit:source", "visit:exit_page"], "date_range": [from.to_string(), to.to_string()]});
            let mut rows = BTreeMap::new();
            for row in duck.query(query).await["results"].as_array().unwrap() {
                rows.insert(row["dimensions"].to_string(), row["metrics"][0].as_i64().unwrap());
            }
            rows
        };
        let begin: Timestamp = "2018-01-01T00:00:00Z".parse().unwrap();
        let end: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
        let whole = ask(begin, end).await;
        assert_eq!(whole.values().sum::<i64>(), told.len() as i64);
        for _ in 0..count.div_ceil(3) {
            let cut = near(&mut random, region);
            let mut halves = ask(begin, cut).await;
            for (row, visits) in ask(cut, end).await {
                *halves.entry(row).or_default() += visits;
            }
            assert_eq!(halves, whole, "cut at {cut}");
        }
    }
}
