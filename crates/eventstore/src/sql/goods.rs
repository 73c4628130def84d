//! Questions about products as statements: names, totals, days, currencies.

use kassa_model::{STOCK_BACK, STOCK_OUT};

use super::channel::events_with_kinds;
use super::dialect::{Dialect, Nulls};
use super::field::{events_by_item, of_event};
use super::filter::condition;
use super::money::Money;
use super::statement::{Binder, Statement};
use super::time;
use super::visits::{Scope, asks_for};
use crate::Error;
use crate::goods::{ADDED, GoodsBy, GoodsQuery, VIEWED};
use crate::query::{CONFIRMED, Field};

/// The columns of [`crate::goods::GoodsTotals`] behind its key.
const TOTALS: [&str; 10] = [
    "views",
    "viewers",
    "adds",
    "orders",
    "units",
    "revenue",
    "buyers",
    "views_out",
    "viewers_out",
    "micros_out",
];

/// Those of [`crate::goods::GoodsDay`] behind SKU and day.
const DAYS: [&str; 5] = ["viewers_in", "viewers_out", "orders", "units", "revenue"];

/// The tables that the statements are made of.
struct Tables<'a> {
    query: &'a GoodsQuery,
    binder: Binder,
    sites: String,
    /// What visitors did with products, a row for each that they name.
    seen: String,
    /// The tables that end with `lines`, those of orders.
    lines: String,
}

impl<'a> Tables<'a> {
    fn new(dialect: &'static dyn Dialect, query: &'a GoodsQuery) -> Result<Self, Error> {
        let mut binder = Binder::ruled(dialect, &query.rules)?;
        let sites = binder.is_one_of("e.site", &query.sites);
        let (seen, lines) = (seen(query, &mut binder)?, lines(query, &mut binder)?);
        Ok(Self { query, binder, sites, seen, lines })
    }

    /// The states of stock, each of one instant once.
    fn states(&mut self) -> String {
        let to = self.binder.time(self.query.range.to);
        let is_out = format!("CASE WHEN e.name = '{STOCK_OUT}' THEN 1 ELSE 0 END");
        let dialect = self.binder.dialect;
        format!(
            "states AS (SELECT e.site, e.item_skus AS sku, e.occurred_at AS changed_at, {} AS sold_out FROM events e \
             WHERE {} AND e.order_id = '' AND e.name IN ('{STOCK_OUT}', '{STOCK_BACK}') AND e.occurred_at < {to} \
             AND e.item_skus IS NOT NULL GROUP BY e.site, e.item_skus, e.occurred_at)",
            dialect.last(&is_out, dialect.log_order(), Nulls::PassedOver),
            self.sites
        )
    }

    /// The same with whether the product was sold out then.
    fn looked(&mut self) -> String {
        let (states, seen) = (self.states(), &self.seen);
        let join =
            self.binder.dialect.as_of("s", ("states", "t"), &["site", "sku"], ("occurred_at", "changed_at"));
        format!(
            "{states}, seen AS ({seen}), looked AS MATERIALIZED (SELECT s.site, s.sku, s.kind, s.visitor, s.session, \
             s.occurred_at, coalesce(t.sold_out, 0) AS sold_out FROM seen {join})"
        )
    }

    /// What products are called; needs `lines`.
    fn names(&mut self) -> String {
        let (seen, dialect) = (&self.seen, self.binder.dialect);
        let of_stock = if self.query.filter.is_none() { " UNION SELECT sku FROM states" } else { "" };
        let last = |value: &str| dialect.last(value, "l.place", Nulls::Taken);
        let told = |value: &str| dialect.last(value, "s.place", Nulls::Taken);
        let (name, category) = (
            self.binder.text(&dialect.property_key("name")),
            self.binder.text(&dialect.property_key("category")),
        );
        format!(
            "sold AS (SELECT l.sku, {} AS name, {} AS category FROM lines l GROUP BY l.sku), \
             told AS (SELECT s.sku, {} AS props, {} AS props_read FROM ({seen}) s \
             WHERE s.item_skus = s.sku AND {} GROUP BY s.sku), \
             known AS (SELECT sku FROM lines UNION SELECT s.sku FROM ({seen}) s{of_stock}), \
             names AS MATERIALIZED (SELECT k.sku, CASE WHEN l.sku IS NULL THEN {} ELSE l.name END AS name, \
             CASE WHEN l.sku IS NULL THEN {} ELSE l.category END AS category \
             FROM known k LEFT JOIN sold l ON l.sku = k.sku LEFT JOIN told t ON t.sku = k.sku)",
            last("l.name"),
            last("l.category"),
            told("s.props"),
            told("s.props_read"),
            dialect.contains("s.props", "'\"name\"'"),
            dialect.property("t.", &name),
            dialect.property("t.", &category),
        )
    }

    /// The key of the rows of `table`, and the table with what the key needs.
    fn keyed(&self, table: &str, alias: &str) -> (String, String) {
        let joined = format!("{table} {alias} LEFT JOIN names n ON n.sku = {alias}.sku");
        match self.query.by {
            GoodsBy::Sku => (format!("{alias}.sku"), format!("{table} {alias}")),
            GoodsBy::Name => ("n.name".to_owned(), joined),
            GoodsBy::Category => ("n.category".to_owned(), joined),
        }
    }

    fn whole_of(&self, columns: &[&str]) -> String {
        let sum = |column: &&str| format!(", {}", self.binder.dialect.whole(&format!("sum({column})")));
        columns.iter().map(sum).collect()
    }
}

/// The views and additions that count, each once for every product that it names.
fn seen(query: &GoodsQuery, binder: &mut Binder) -> Result<String, Error> {
    let (counted, dialect) = (query.counted(), binder.dialect);
    let scope = Scope::of(&counted, binder).happened;
    let fits = match &counted.filter {
        Some(filter) => format!(" AND {}", condition(filter, of_event, binder)?),
        None => String::new(),
    };
    let events = events_by_item(dialect);
    let events = match asks_for(&counted, &Field::Channel) {
        true => events_with_kinds(dialect, &events),
        false => format!("{events} e"),
    };
    Ok(format!(
        "SELECT e.site, e.item_sku AS sku, e.name AS kind, e.visitor, e.session, e.occurred_at, e.item_skus, e.props, \
         e.props_read, {} AS place FROM {events} WHERE {scope} AND e.name IN ('{VIEWED}', '{ADDED}') \
         AND e.item_skus IS NOT NULL{fits}",
        dialect.log_order(),
    ))
}

/// The lines that count, with what they are found by.
fn lines(query: &GoodsQuery, binder: &mut Binder) -> Result<String, Error> {
    let (counted, dialect) = (query.counted(), binder.dialect);
    let money = Money::new(&counted, None, binder)?;
    let (mut tables, from) = money.records(binder);
    let currency = match &query.currency {
        Some(code) => format!(" AND e.currency = {}", binder.text(code)),
        None => String::new(),
    };
    tables.push(format!(
        "lines AS MATERIALIZED (SELECT i.sku, i.name, i.category, i.units, i.revenue_minor, e.name AS kind, e.visitor, \
         e.session, e.order_id, e.currency, e.occurred_at, {} AS place FROM {from} WHERE {}{currency})",
        dialect.row(&[dialect.log_order(), "i.item_index"]),
        money.matching(),
    ));
    Ok(tables.join(", "))
}

/// SKU, name, category of every product that may be in the other answers.
pub(crate) fn names(dialect: &'static dyn Dialect, query: &GoodsQuery) -> Result<Statement, Error> {
    let mut tables = Tables::new(dialect, query)?;
    let (states, names) = (tables.states(), tables.names());
    let text = format!(
        "WITH {states}, {}, {names} SELECT sku, name, category FROM names ORDER BY sku",
        tables.lines
    );
    Ok(tables.binder.statement(text))
}

/// The first and the last currency.
pub(crate) fn currencies(dialect: &'static dyn Dialect, query: &GoodsQuery) -> Result<Statement, Error> {
    let tables = Tables::new(dialect, query)?;
    let text = format!("WITH {} SELECT min(currency), max(currency) FROM lines", tables.lines);
    Ok(tables.binder.statement(text))
}

/// The key and [`TOTALS`].
pub(crate) fn totals(dialect: &'static dyn Dialect, query: &GoodsQuery) -> Result<Statement, Error> {
    let mut tables = Tables::new(dialect, query)?;
    let mut with = vec![tables.looked(), tables.lines.clone()];
    if query.by != GoodsBy::Sku {
        with.push(tables.names());
    }
    with.push(
        "spans AS (SELECT sku, sold_out, changed_at, lead(changed_at) OVER (PARTITION BY site, sku ORDER BY changed_at) \
         AS next_at FROM states)"
            .to_owned(),
    );
    let parts = [views(&mut tables), sales(&mut tables), buyers(&mut tables), outages(&mut tables)];
    let text = format!(
        "WITH {} SELECT k{} FROM ({}) GROUP BY k ORDER BY k NULLS FIRST",
        with.join(", "),
        tables.whole_of(&TOTALS),
        parts.join(" UNION ALL ")
    );
    Ok(tables.binder.statement(text))
}

/// `SELECT key AS k, …` with 0 for every column of `columns` that `values` does not have.
fn part(key: &str, columns: &[&str], values: &[(&str, String)], from: &str) -> String {
    let column = |name: &&str| {
        let value = values.iter().find(|(known, _)| known == name).map_or("0", |(_, value)| value);
        format!(", {value} AS {name}")
    };
    let columns: String = columns.iter().map(column).collect();
    format!("SELECT {key} AS k{columns} FROM {from}")
}

fn viewers(condition: &str) -> String {
    format!("count(DISTINCT l.visitor) FILTER (WHERE l.kind = '{VIEWED}' AND l.session <> 0{condition})")
}

fn views(tables: &mut Tables<'_>) -> String {
    let from = tables.binder.time(tables.query.range.from);
    let (key, table) = tables.keyed("looked", "l");
    let count = |condition: &str| format!("count(*) FILTER (WHERE {condition})");
    let values = [
        ("views", count(&format!("l.kind = '{VIEWED}'"))),
        ("viewers", viewers("")),
        ("adds", count(&format!("l.kind = '{ADDED}'"))),
        ("views_out", count(&format!("l.kind = '{VIEWED}' AND l.sold_out = 1"))),
        ("viewers_out", viewers(" AND l.sold_out = 1")),
    ];
    part(&key, &TOTALS, &values, &format!("{table} WHERE l.occurred_at >= {from} GROUP BY 1"))
}

fn sales(tables: &mut Tables<'_>) -> String {
    let from = tables.binder.time(tables.query.range.from);
    let (key, table) = tables.keyed("lines", "l");
    let values = [
        ("orders", format!("count(DISTINCT l.order_id) FILTER (WHERE l.kind = '{CONFIRMED}')")),
        ("units", "sum(l.units)".to_owned()),
        ("revenue", "sum(l.revenue_minor)".to_owned()),
    ];
    part(&key, &TOTALS, &values, &format!("{table} WHERE l.occurred_at >= {from} GROUP BY 1"))
}

/// Of viewers those who ordered something of the same key.
fn buyers(tables: &mut Tables<'_>) -> String {
    let from = tables.binder.time(tables.query.range.from);
    let who = |table: &str, kind: &str| {
        let (key, table) = tables.keyed(table, "l");
        format!(
            "(SELECT DISTINCT {key} AS k, l.visitor FROM {table} \
             WHERE l.occurred_at >= {from} AND l.kind = '{kind}' AND l.session <> 0)"
        )
    };
    let from = format!(
        "{} b JOIN {} v ON v.visitor = b.visitor AND v.k IS NOT DISTINCT FROM b.k GROUP BY 1",
        who("lines", CONFIRMED),
        who("looked", VIEWED)
    );
    part("b.k", &TOTALS, &[("buyers", "count(*)".to_owned())], &from)
}

fn outages(tables: &mut Tables<'_>) -> String {
    let until = tables.query.now.min(tables.query.range.to).max(tables.query.range.from);
    let (from, until) = (tables.binder.time(tables.query.range.from), tables.binder.time(until));
    let (key, table) = tables.keyed("spans", "p");
    let dialect = tables.binder.dialect;
    let begins = dialect.micros(&format!("greatest(p.changed_at, {from})"));
    let ends = dialect.micros(&format!("least(coalesce(p.next_at, {until}), {until})"));
    let told = match tables.query.filter {
        Some(_) => " AND p.sku IN (SELECT sku FROM looked UNION SELECT sku FROM lines)",
        None => "",
    };
    let from = format!("{table} WHERE p.sold_out = 1{told} GROUP BY 1");
    part(&key, &TOTALS, &[("micros_out", format!("sum(greatest({ends} - {begins}, 0))"))], &from)
}

/// SKU, day and [`DAYS`].
pub(crate) fn days(dialect: &'static dyn Dialect, query: &GoodsQuery) -> Result<Statement, Error> {
    let mut tables = Tables::new(dialect, query)?;
    let with = [tables.looked(), tables.lines.clone()].join(", ");
    let day = time::bucket("l.occurred_at", &query.days, &mut tables.binder);
    let (key, group) = (format!("l.sku AS sku, {day}"), "GROUP BY 1, 2");
    let seen =
        [("viewers_in", viewers(" AND l.sold_out = 0")), ("viewers_out", viewers(" AND l.sold_out = 1"))];
    let sold = [
        ("orders", "count(DISTINCT l.order_id)".to_owned()),
        ("units", "sum(l.units)".to_owned()),
        ("revenue", "sum(l.revenue_minor)".to_owned()),
    ];
    let text = format!(
        "WITH {with} SELECT sku, {}{} FROM ({} UNION ALL {}) GROUP BY sku, k ORDER BY sku, k",
        dialect.whole("k"),
        tables.whole_of(&DAYS),
        part(&key, &DAYS, &seen, &format!("looked l {group}")),
        part(&key, &DAYS, &sold, &format!("lines l WHERE l.kind = '{CONFIRMED}' {group}")),
    );
    Ok(tables.binder.statement(text))
}
