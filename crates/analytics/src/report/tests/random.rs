//! Random questions: never a panic, never worse than 400; random filters count what a plain loop counts.
//!
//! `KASSA_TEST_SCALE` is the percentage of the full counts that is run (10 by default), `KASSA_TEST_SEED` repeats a run.

use kassa_model::Event;
use serde_json::{Value, json};

use super::support::{World, event};

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(test: &str, cases: u64) -> Self {
        let given = std::env::var("KASSA_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
            now.as_micros() as u64
        });
        println!("{test}: seed {seed}, {cases} cases");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

pub(super) fn cases(full: u64) -> u64 {
    let scale = std::env::var("KASSA_TEST_SCALE").ok().and_then(|scale| scale.parse().ok()).unwrap_or(10_u64);
    (full * scale / 100).max(1)
}

const METRICS: &[&str] = &[
    "visitors",
    "visits",
    "pageviews",
    "events",
    "views_per_visit",
    "bounce_rate",
    "visit_duration",
    "time_on_page",
    "percentage",
];
const FIELDS: &[&str] = &[
    "event:name",
    "event:page",
    "event:hostname",
    "event:props:k",
    "visit:entry_page",
    "visit:exit_page",
    "visit:source",
    "visit:device",
];
const RANGES: &[&str] = &[
    "realtime", "day", "24h", "7d", "28d", "30d", "91d", "month", "6mo", "12mo", "year", "all", "999d", "x",
    "3660d",
];
const TIMES: &[&str] = &["time", "time:minute", "time:hour", "time:day", "time:week", "time:month"];
const DATES: &[&str] =
    &["1970-01-01", "2018-11-04", "2026-10-25", "2026-11-18", "2026-11-19", "2026-11-20", "2200-12-31"];
const ENDS: &[&str] = &[
    "2026-11-19",
    "2026-11-20",
    "2018-11-04",
    "1970-01-01",
    "2200-12-31",
    "2026-10-25T00:30:00Z",
    "2026-11-20T10:00:00+05:45",
    "2026-02-30",
    "0000-00-00",
    "",
];
const TEXTS: &[&str] = &[
    "/a",
    "/b",
    "/a/b",
    "page_view",
    "click",
    "(none)",
    "",
    "a",
    "^/a",
    "[",
    "(",
    "a{2}",
    "\\d+",
    "é",
    "%",
    "'",
];

/// Anything that JSON can say.
fn anything(random: &mut Random, depth: usize) -> Value {
    match random.below(if depth == 0 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => json!(random.one_in(2)),
        2 => json!(random.next() as i64),
        3 => json!((random.next() as i64) as f64 / 1_000.0),
        4 => json!(random.pick(TEXTS)),
        5 => json!(random.pick(METRICS)),
        6 => (0..random.below(4)).map(|_| anything(random, depth - 1)).collect(),
        _ => {
            let keys = ["site_id", "mode", "limit", "x"];
            let entries = (0..random.below(3)).map(|_| {
                let key = (*random.pick(&keys)).to_owned();
                (key, anything(random, depth - 1))
            });
            Value::Object(entries.collect())
        }
    }
}

/// Mostly what `usual` makes, sometimes anything.
fn mostly(random: &mut Random, usual: impl FnOnce(&mut Random) -> Value) -> Value {
    if random.one_in(40) { anything(random, 3) } else { usual(random) }
}

fn filter(random: &mut Random, depth: usize, fields: &[&str]) -> Value {
    match random.below(if depth == 0 { 6 } else { 9 }) {
        6 => json!(["not", filter(random, depth - 1, fields)]),
        kind @ 7..=8 => {
            let parts: Value = (0..1 + random.below(3)).map(|_| filter(random, depth - 1, fields)).collect();
            json!([if kind == 7 { "and" } else { "or" }, parts])
        }
        kind => {
            let operators = ["is", "is_not", "contains", "contains_not", "matches", "matches_not"];
            let values: Value = (0..1 + random.below(2)).map(|_| json!(random.pick(TEXTS))).collect();
            json!([operators[kind], random.pick(fields), values])
        }
    }
}

/// Up to `most` different ones; sometimes one that nobody knows.
fn some(random: &mut Random, from: &[&str], least: usize, most: usize) -> Vec<Value> {
    let mut chosen: Vec<Value> = Vec::new();
    for _ in 0..least + random.below(most - least + 1) {
        let name = json!(random.pick(from));
        if !chosen.contains(&name) || random.one_in(20) {
            chosen.push(name);
        }
    }
    if random.one_in(30) {
        chosen.push(json!(random.pick(&["revenue", "event:props:", "visit:nothing", "time:year", ""])));
    }
    chosen
}

fn range(random: &mut Random) -> Value {
    if !random.one_in(3) {
        return json!(random.pick(RANGES));
    }
    let ends = random.below(DATES.len()).min(random.below(DATES.len()));
    match random.below(8) {
        0 => json!([random.pick(ENDS), random.pick(ENDS)]),
        1 => json!(["2026-10-25T00:30:00Z", "2026-11-20T10:00:00+05:45"]),
        _ => json!([DATES[ends], random.pick(&DATES[ends..])]),
    }
}

pub(super) fn query(random: &mut Random) -> Value {
    let mut dimensions = some(random, FIELDS, 0, 2);
    if random.one_in(2) {
        dimensions.push(json!(random.pick(TIMES)));
    }
    let metrics = some(random, METRICS, 1, 3);
    let order: Value = json!([[random.pick(&metrics), *random.pick(&["asc", "desc"])]]);
    let site = *random.pick(&["shop", "berlin", "paulo", "kathmandu"]);
    let mut query = json!({
        "site_id": mostly(random, |_| json!(site)),
        "metrics": mostly(random, |_| json!(metrics)),
        "date_range": mostly(random, range),
        "dimensions": mostly(random, |_| json!(dimensions)),
    });
    if random.one_in(2) {
        query["filters"] = mostly(random, |random| json!([filter(random, 2, FIELDS)]));
    }
    if random.one_in(3) {
        query["order_by"] = mostly(random, |_| order);
    }
    if random.one_in(3) {
        let page = |random: &mut Random| json!({"limit": random.below(30), "offset": random.below(3)});
        query["pagination"] = mostly(random, page);
    }
    if random.one_in(3) {
        query["include"] = mostly(random, |random| {
            let mode = *random.pick(&["previous_period", "year_over_year", "custom"]);
            let mut comparison = json!({"mode": mode});
            if mode == "custom" {
                comparison["date_range"] = range(random);
            }
            json!({"bots": random.one_in(2), "time_labels": true, "comparisons": comparison})
        });
    }
    query
}

pub(super) fn random_event(random: &mut Random, number: usize) -> Event {
    let name = *random.pick(&["page_view", "page_view", "click", "time_on_page", "a"]);
    let who = random.below(5) as i64;
    let (day, hour) = (random.below(10) + 10, random.below(24));
    let base = event(name, who, &format!("2026-11-{day}T{hour:02}:00:00Z"));
    let text =
        |random: &mut Random, from: &[&str]| (!random.one_in(4)).then(|| (*random.pick(from)).to_owned());
    Event {
        id: format!("e{number}"),
        path: text(random, &["/a", "/b", "/a/b", "é", "%"]),
        host: text(random, &["mobile", "desktop"]),
        device: text(random, &["mobile", "desktop"]),
        source: text(random, &["a", "b"]),
        session: Some(who * 100 + day as i64),
        bot: random.one_in(10),
        props: if random.one_in(2) { r#"{"k":"a","seconds":3}"#.to_owned() } else { "{}".to_owned() },
        ..base
    }
}

#[tokio::test]
async fn random_questions_are_answered_or_refused() {
    let count = cases(20_000);
    let mut random = Random::new("random_questions", count);
    let world = World::open();
    world.seed((0..150).map(|number| random_event(&mut random, number)).collect()).await;
    let (mut answered, mut refused, mut broken) = (0, 0, 0);
    for _ in 0..count {
        let query = query(&mut random);
        let answer = world.post(query.to_string()).await;
        match answer.status.as_u16() {
            200 => {
                answered += 1;
                let first = answer.json();
                let limit = first["query"]["pagination"]["limit"].as_u64().unwrap();
                assert!(first["results"].as_array().unwrap().len() as u64 <= limit, "{query}");
                let again = world.post(first["query"].to_string()).await;
                assert_eq!(again.json(), first, "{query}");
            }
            400 | 404 => {
                refused += 1;
                let detail = answer.json()["detail"].as_str().unwrap().to_owned();
                assert!(!detail.is_empty(), "{query}");
            }
            status => panic!("{status} for {query}: {}", answer.text),
        }
        // The same text with one byte changed is mostly no JSON, and never worse than refused.
        let mut bytes = query.to_string().into_bytes();
        let place = random.below(bytes.len());
        bytes[place] = random.next() as u8;
        let answer = world.post(bytes).await;
        broken += 1;
        assert!(matches!(answer.status.as_u16(), 200 | 400 | 404), "{}: {query}", answer.status);
    }
    println!("random_questions: {answered} answered, {refused} refused, {broken} broken texts");
    assert!(answered * 4 > count && refused * 20 > count, "the generator makes both kinds");
}

/// The plain meaning of a filter on fields of the event itself; missing values fit `is (none)` alone.
fn holds(filter: &Value, event: &Event) -> bool {
    let parts = |index: usize| filter[index].as_array().unwrap().iter();
    let value = || match filter[1].as_str().unwrap() {
        "event:name" => Some(event.name.as_str()),
        "event:page" => event.path.as_deref(),
        _ => event.host.as_deref(),
    };
    let any = |fits: &dyn Fn(&str, &str) -> bool| {
        value().is_some_and(|found| parts(2).any(|wanted| fits(found, wanted.as_str().unwrap())))
    };
    let is = || match value() {
        Some(_) => any(&|found, wanted| found == wanted && wanted != "(none)"),
        None => parts(2).any(|wanted| wanted == "(none)"),
    };
    match filter[0].as_str().unwrap() {
        "and" => parts(1).all(|part| holds(part, event)),
        "or" => parts(1).any(|part| holds(part, event)),
        "not" => !holds(&filter[1], event),
        "is" => is(),
        "is_not" => !is(),
        "contains" => any(&|found, wanted| found.contains(wanted)),
        "contains_not" => !any(&|found, wanted| found.contains(wanted)),
        "matches" => any(&|found, wanted| regex::Regex::new(wanted).unwrap().is_match(found)),
        _ => !any(&|found, wanted| regex::Regex::new(wanted).unwrap().is_match(found)),
    }
}

/// Whether a filter has a regular expression that is none.
fn is_broken(filter: &Value) -> bool {
    match filter[0].as_str().unwrap() {
        "and" | "or" => filter[1].as_array().unwrap().iter().any(is_broken),
        "not" => is_broken(&filter[1]),
        "matches" | "matches_not" => {
            filter[2].as_array().unwrap().iter().any(|value| matches!(value.as_str().unwrap(), "[" | "("))
        }
        _ => false,
    }
}

#[tokio::test]
async fn random_filters_count_what_a_loop_counts() {
    let count = cases(10_000);
    let mut random = Random::new("random_filters", count);
    let world = World::open();
    let events: Vec<Event> = (0..150).map(|number| random_event(&mut random, number)).collect();
    world.seed(events.clone()).await;
    let mut compared = 0;
    for _ in 0..count {
        let filter = filter(&mut random, 4, &["event:name", "event:page", "event:hostname"]);
        let query = json!({"site_id": "shop", "date_range": ["2026-11-01", "2026-11-30"],
            "metrics": ["events", "visitors", "pageviews"], "filters": [filter]});
        let answer = world.post(query.to_string()).await;
        if is_broken(&filter) || answer.text.contains("times the query without it") {
            assert_eq!(answer.status, 400, "{filter}");
            continue;
        }
        let found: Vec<&Event> = events.iter().filter(|event| !event.bot && holds(&filter, event)).collect();
        let visitors: std::collections::BTreeSet<_> = found.iter().map(|event| event.visitor).collect();
        let views = found.iter().filter(|event| event.name == "page_view").count();
        let expected = json!([found.len(), visitors.len(), views]);
        assert_eq!(answer.json()["results"][0]["metrics"], expected, "{filter}");
        compared += 1;
    }
    println!("random_filters: {compared} compared");
    assert!(compared * 5 > count);
}

#[tokio::test]
async fn random_parameters_are_answered_or_refused() {
    let count = cases(50_000);
    let mut random = Random::new("random_parameters", count);
    let world = World::open();
    world.seed((0..50).map(|number| random_event(&mut random, number)).collect()).await;
    let routes = [
        "/stats",
        "/events",
        "/v1/realtime",
        "/v1/events",
        "/v1/export",
        "/v1/admin/dead-letters",
        "/v1/admin/counts",
        "/v1/query/definitions",
    ];
    let names = [
        "site_id",
        "date",
        "limit",
        "cursor",
        "from",
        "to",
        "name",
        "page",
        "visitor",
        "event_type",
        "format",
        "cells",
        "reason",
        "include_bots",
        "x",
        "",
    ];
    let values = [
        "shop",
        "berlin",
        "2026-11-20",
        "2026-11-20T10:00:00Z",
        "9999-99-99",
        "1",
        "0",
        "-1",
        "1e9",
        "true",
        "csv",
        "raw",
        "0000000000000001",
        "%00",
        "%ff%fe",
        "%",
        "%zz",
        "+",
        "&",
        "=",
        "\u{e9}",
        "invalid_time",
        "99999999999999999999",
        "00064f2b8c0a1234-0000000000000007-00000000-00000000",
    ];
    let (mut answered, mut refused) = (0, 0);
    for _ in 0..count {
        let mut path = format!("{}?", random.pick(&routes));
        if !random.one_in(4) {
            path.push_str("site_id=shop&");
        }
        for _ in 0..random.below(4) {
            let escaped = random.pick(&values).replace('\u{e9}', "%C3%A9");
            path.push_str(&format!("{}={escaped}&", random.pick(&names)));
        }
        let answer = world.get(&path).await;
        match answer.status.as_u16() {
            200 => answered += 1,
            400 | 404 => {
                refused += 1;
                let body = answer.json();
                assert!(body["detail"].is_string() || body["error"].is_string(), "{path}: {}", answer.text);
            }
            status => panic!("{status} for {path}: {}", answer.text),
        }
    }
    println!("random_parameters: {answered} answered, {refused} refused");
    assert!(answered * 10 > count && refused * 10 > count, "the generator makes both kinds");
}
