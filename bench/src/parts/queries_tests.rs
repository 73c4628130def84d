//! The statements of bench/queries.sql fit the table, and find what kassa finds.

use kassa_eventstore::duckdb::{DuckStore, Options};
use kassa_eventstore::query::{
    Cell, Dimension, Direction, Field, Filter, Metric, Operator, OrderBy, OrderKey, Query, Table, TimeRange,
};
use kassa_eventstore::{EventStore, Row, with_visits};
use kassa_model::{MICROS_PER_DAY, MICROS_PER_HOUR, OrderPart};

use super::*;
use crate::stats::Random;

fn all_pairs() -> Vec<Pair> {
    pairs(&QUESTIONS.map(|(name, query)| (name, "/v1/query", query)), STATEMENTS).unwrap()
}

#[test]
fn the_statements_fit_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(STORE_FILE);
    rows::fill(&file, 20_000).unwrap();
    let pairs = all_pairs();
    // Each must find something.
    assert_eq!(time_bare(&file, &pairs, 1).unwrap().len(), 5);
    let connection = Connection::open(&file).unwrap();
    let days = "SELECT count(*), count(DISTINCT occurred_at::DATE) FROM events";
    let found = connection.query_row(days, [], |row| Ok((row.get(0)?, row.get(1)?)));
    assert_eq!(found.unwrap(), (20_000_i64, 31_i64));
}

/// What a shop has beside pages and clicks: glances, names, bots, orders, events without a visit, another site, and visits
/// that begin before the range or go on after it.
pub(in crate::parts) fn oddities(random: &mut Random) -> Vec<Row> {
    const NAMES: [&str; 9] = [
        "page_view",
        "page_view",
        "click",
        "time_on_page",
        "hover_enter",
        "identify",
        "group",
        "alias",
        "Scrolled",
    ];
    let mut events = Vec::new();
    for visit in 0..4_000_i64 {
        let span = rows::END.micros() - rows::BEGIN.micros() + 2 * MICROS_PER_HOUR;
        let mut at =
            rows::BEGIN.plus_micros(random.below(span.unsigned_abs()).cast_signed() - MICROS_PER_HOUR);
        for number in 0..1 + random.below(4) {
            let name = NAMES[random.below(NAMES.len() as u64) as usize];
            let mut event = rows::event(name, format!("odd-{visit}-{number}"), at);
            event.visitor = Some(visit % 700);
            // None of the sessions that are there already; 0 is none.
            event.session = Some(if random.below(9) == 0 { 0 } else { 1_000_000 + visit });
            event.non_interactive = name == "Scrolled" && random.below(2) == 0;
            event.bot = random.below(12) == 0;
            event.path = (random.below(4) > 0).then(|| format!("/p/{}", random.below(9)));
            event.source = (random.below(2) == 0).then(|| format!("source {}", random.below(12)));
            event.device = (random.below(3) > 0).then(|| "mobile".to_owned());
            if random.below(15) == 0 {
                event.site = "other".to_owned();
            }
            if random.below(15) == 0 {
                event.order = Some(order(visit));
            }
            events.push(event);
            at = at.plus_micros(random.below(40 * 60_000_000).cast_signed());
        }
    }
    with_visits(0, events)
}

fn order(number: i64) -> OrderPart {
    OrderPart {
        order_id: format!("o{number}"),
        revenue_minor: 500,
        currency: "EUR".to_owned(),
        status: "confirmed".to_owned(),
        items: Vec::new(),
    }
}

/// [`QUESTIONS`] as values, and where the columns of kassa's answer stand in the one by hand: a ratio is two columns.
fn questions() -> [(Query, &'static [usize]); 5] {
    let query = |fields: &[Field], metrics: &[Metric], limit: u32| Query {
        sites: vec![rows::SITE.to_owned()],
        range: TimeRange { from: rows::BEGIN, to: rows::END },
        metrics: metrics.to_vec(),
        dimensions: fields.iter().cloned().map(Dimension::Field).collect(),
        filter: None,
        include_bots: false,
        include_dialect_bots: false,
        order_by: vec![OrderBy { key: OrderKey::Metric(0), direction: Direction::Descending }],
        limit,
        offset: 0,
        rules: Vec::new(),
    };
    let totals =
        [Metric::Visitors, Metric::Visits, Metric::Pageviews, Metric::BounceRate, Metric::VisitDuration];
    let seen = [Metric::Visitors, Metric::Pageviews];
    let days = (0..=31).map(|day| rows::BEGIN.plus_micros(day * MICROS_PER_DAY)).collect();
    let by_day = vec![Dimension::Time { boundaries: days }];
    let page = Filter::Test { field: Field::Page, operator: Operator::Is, values: vec![PAGE.to_owned()] };
    let agents = [Field::Device, Field::Browser];
    [
        (query(&[], &totals, 10), &[0, 2, 1, 3, 2, 4, 2]),
        (Query { dimensions: by_day, order_by: Vec::new(), ..query(&[], &seen, 1_000) }, &[0, 1, 2]),
        (query(&[Field::Page], &seen, 10), &[0, 1, 2]),
        (query(&[Field::Source], &[Metric::Visitors, Metric::BounceRate], 10), &[0, 1, 2, 3]),
        (Query { filter: Some(page), ..query(&agents, &[Metric::Visitors], 10) }, &[0, 1, 2]),
    ]
}

/// The rows of an answer of kassa's, column by column.
fn shown(table: &Table) -> Vec<Vec<String>> {
    let show = |cell: &Cell| match cell {
        Cell::Null => vec!["NULL".to_owned()],
        Cell::Int(count) => vec![count.to_string()],
        Cell::Ratio(top, bottom) => vec![top.to_string(), bottom.to_string()],
        Cell::Text(text) => vec![text.clone()],
    };
    table.rows.iter().map(|row| row.iter().flat_map(show).collect()).collect()
}

/// The rows of a statement, of whose columns only those of `columns` count; days by their number.
pub(in crate::parts) fn by_hand(connection: &Connection, sql: &str, columns: &[usize]) -> Vec<Vec<String>> {
    let show = |value: sql::Value| match value {
        sql::Value::Null => "NULL".to_owned(),
        sql::Value::BigInt(number) => number.to_string(),
        sql::Value::HugeInt(number) => number.to_string(),
        sql::Value::Text(text) => text,
        sql::Value::Date32(day) => {
            (i64::from(day) - rows::BEGIN.micros().div_euclid(MICROS_PER_DAY)).to_string()
        }
        sql::Value::Timestamp(TimeUnit::Microsecond, micros) => {
            ((micros - rows::BEGIN.micros()) / MICROS_PER_DAY).to_string()
        }
        other => panic!("{other:?}"),
    };
    let mut statement = connection.prepare(sql).unwrap();
    let all = parameters();
    let count = statement.parameter_count().min(all.len());
    let mut found = statement.query(duckdb::params_from_iter(&all[..count])).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = found.next().unwrap() {
        rows.push(columns.iter().map(|column| show(row.get(*column).unwrap())).collect());
    }
    rows
}

#[test]
fn the_statements_find_what_kassa_finds() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(STORE_FILE);
    rows::fill(&file, 5_000).unwrap();
    rows::add(&file, oddities(&mut Random::new(5))).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = DuckStore::open(Options::new(&file)).unwrap();
    let asked = questions().map(|(query, columns)| (runtime.block_on(store.query(&query)).unwrap(), columns));
    drop(store);
    let connection = Connection::open(&file).unwrap();
    for (pair, (table, columns)) in all_pairs().iter().zip(asked) {
        let found = shown(&table);
        assert!(!found.is_empty() && found[0].last().unwrap() != "0", "{}: {found:?}", pair.name);
        assert_eq!(by_hand(&connection, pair.sql, columns), found, "{}", pair.name);
    }
}
