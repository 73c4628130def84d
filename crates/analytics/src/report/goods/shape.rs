//! Tables of products and searches → the JSON of an answer: ordered, cut into a page, with sums over all pages.

use std::cmp::Ordering;

use kassa_eventstore::goods::{GoodsTable, GoodsTotals, SearchTerm};
use kassa_eventstore::query::{Cell, Direction};
use kassa_model::MICROS_PER_HOUR;
use serde_json::{Value, json};

use super::ask::{Column, GoodsAsk, group_name};
use super::columns::{Product, ProductColumn, TermColumn};
use super::plan::Plan;
use crate::report::calendar::Calendar;
use crate::report::refusal::Refusal;
use crate::report::shape::show_metric;

/// Products of an answer about demand that were seen sold out.
const SOLD_OUT_MAX: usize = 100;

/// The currency of all amounts; none where nothing was sold.
///
/// # Errors
/// [`Refusal::MixedCurrencies`].
pub(super) fn currency_of(table: &GoodsTable, asked: Option<&str>) -> Result<Option<String>, Refusal> {
    match (table.currencies.as_slice(), asked) {
        ([], asked) => Ok(asked.map(str::to_owned)),
        ([one], _) => Ok(Some(one.clone())),
        (many, _) => Err(Refusal::MixedCurrencies(format!(
            "amounts of {} cannot be added: ask for one \"currency\"",
            many.join(", ")
        ))),
    }
}

/// `{"results":[…],"totals":{…},"meta":{…},"query":{…}}`.
pub(super) fn performance(
    ask: &GoodsAsk<ProductColumn>,
    calendar: &Calendar,
    plan: &Plan,
    (mut rows, currency): (Vec<Product>, Option<String>),
) -> Value {
    let money = |minor: i64| amount(minor, currency.as_deref());
    if let Some(search) = &ask.search {
        let has = |text: &Option<String>| {
            text.as_ref().is_some_and(|text| text.to_lowercase().contains(search.as_str()))
        };
        rows.retain(|row| has(&row.sku) || has(&row.name) || has(&row.category));
    }
    rows.sort_by(|a, b| compare(ask, a, b));
    let sum = |of: fn(&GoodsTotals) -> i64| rows.iter().map(|row| of(&row.counts)).sum::<i64>();
    let totals = json!({
        "views": sum(|counts| counts.views),
        "adds": sum(|counts| counts.adds),
        "units": sum(|counts| counts.units),
        "net": money(sum(|counts| counts.revenue_minor)),
        "views_sold_out": sum(|counts| counts.views_out),
        "lost_revenue": money(rows.iter().map(|row| row.lost_minor).sum()),
    });
    let total_rows = rows.len();
    let show = |row: &Product| {
        let Product { sku, name, category, counts, lost_minor } = row;
        json!({
            "sku": sku,
            "name": name,
            "category": category,
            "views": counts.views,
            "viewers": counts.viewers,
            "adds": counts.adds,
            "orders": counts.orders,
            "units": counts.units,
            "net": money(counts.revenue_minor),
            "conversion_rate": show_metric(&Cell::Ratio(100 * counts.buyers, counts.viewers)),
            "hours_sold_out": hours(counts),
            "views_sold_out": counts.views_out,
            "viewers_sold_out": counts.viewers_out,
            "lost_revenue": money(*lost_minor),
        })
    };
    let results: Vec<Value> = page(&rows, ask).iter().map(show).collect();
    let mut query = normalised(ask, calendar, plan);
    query["group_by"] = json!(group_name(ask.by));
    if let Some(search) = &ask.search {
        query["search"] = json!(search);
    }
    json!({"results": results, "totals": totals, "meta": {"total_rows": total_rows}, "query": query})
}

/// `{"searches":{…},"sold_out":{…},"meta":{},"query":{…}}`.
pub(super) fn demand(
    ask: &GoodsAsk<TermColumn>,
    calendar: &Calendar,
    plan: &Plan,
    (mut terms, mut products, currency): (Vec<SearchTerm>, Vec<Product>, Option<String>),
) -> Value {
    terms.sort_by(|a, b| compare_terms(ask, a, b));
    let sum = |of: fn(&SearchTerm) -> i64| terms.iter().map(of).sum::<i64>();
    let totals = json!({
        "searches": sum(|term| term.searches),
        "without_result": sum(|term| term.without_result),
        "without_click": sum(|term| term.without_click),
    });
    let show = |term: &SearchTerm| {
        json!({
            "term": term.term,
            "searches": term.searches,
            "without_result": term.without_result,
            "without_click": term.without_click,
        })
    };
    let searches: Vec<Value> = page(&terms, ask).iter().map(show).collect();
    products.retain(|product| product.counts.views_out > 0);
    products.sort_by(|a, b| {
        let keys = |product: &Product| (product.lost_minor, product.counts.views_out);
        keys(b).cmp(&keys(a)).then_with(|| a.sku.cmp(&b.sku))
    });
    let show = |product: &Product| {
        let Product { sku, name, category, counts, lost_minor } = product;
        json!({
            "sku": sku,
            "name": name,
            "category": category,
            "views": counts.views_out,
            "viewers": counts.viewers_out,
            "hours": hours(counts),
            "lost_revenue": amount(*lost_minor, currency.as_deref()),
        })
    };
    let sold_out: Vec<Value> = products.iter().take(SOLD_OUT_MAX).map(show).collect();
    json!({
        "searches": {"results": searches, "total_rows": terms.len(), "totals": totals},
        "sold_out": {"results": sold_out, "total_rows": products.len()},
        "meta": {"total_rows": terms.len()},
        "query": normalised(ask, calendar, plan),
    })
}

fn amount(minor: i64, currency: Option<&str>) -> Value {
    currency.map_or(Value::Null, |currency| json!({"amount_minor": minor, "currency": currency}))
}

/// With one decimal.
fn hours(counts: &GoodsTotals) -> Value {
    show_metric(&Cell::Ratio(counts.micros_out, MICROS_PER_HOUR))
}

fn page<'a, T, C>(rows: &'a [T], ask: &GoodsAsk<C>) -> &'a [T] {
    let from = (ask.offset as usize).min(rows.len());
    &rows[from..from.saturating_add(ask.limit as usize).min(rows.len())]
}

/// Products of the same place are by SKU, name, category.
fn compare(ask: &GoodsAsk<ProductColumn>, a: &Product, b: &Product) -> Ordering {
    let ordered = ask.order.iter().map(|(column, direction)| match direction {
        Direction::Ascending => by_column(*column, a, b),
        Direction::Descending => by_column(*column, b, a),
    });
    let names = |product: &Product| (product.sku.clone(), product.name.clone(), product.category.clone());
    first(ordered).then_with(|| names(a).cmp(&names(b)))
}

fn by_column(column: ProductColumn, a: &Product, b: &Product) -> Ordering {
    let by = |of: fn(&Product) -> i64| of(a).cmp(&of(b));
    match column {
        ProductColumn::Views => by(|row| row.counts.views),
        ProductColumn::Viewers => by(|row| row.counts.viewers),
        ProductColumn::Adds => by(|row| row.counts.adds),
        ProductColumn::Orders => by(|row| row.counts.orders),
        ProductColumn::Units => by(|row| row.counts.units),
        ProductColumn::Net => by(|row| row.counts.revenue_minor),
        ProductColumn::ConversionRate => rate(a).cmp(&rate(b)),
        ProductColumn::HoursSoldOut => by(|row| row.counts.micros_out),
        ProductColumn::ViewsSoldOut => by(|row| row.counts.views_out),
        ProductColumn::ViewersSoldOut => by(|row| row.counts.viewers_out),
        ProductColumn::LostRevenue => by(|row| row.lost_minor),
        ProductColumn::Sku => a.sku.cmp(&b.sku),
        ProductColumn::Name => a.name.cmp(&b.name),
        ProductColumn::Category => a.category.cmp(&b.category),
    }
}

/// In millionths; below all where there is none.
fn rate(product: &Product) -> i64 {
    let counts = &product.counts;
    counts.buyers.saturating_mul(1_000_000).checked_div(counts.viewers).unwrap_or(-1)
}

fn compare_terms(ask: &GoodsAsk<TermColumn>, a: &SearchTerm, b: &SearchTerm) -> Ordering {
    let ordered = ask.order.iter().map(|(column, direction)| {
        let (a, b) = if *direction == Direction::Ascending { (a, b) } else { (b, a) };
        match column {
            TermColumn::Searches => a.searches.cmp(&b.searches),
            TermColumn::WithoutResult => a.without_result.cmp(&b.without_result),
            TermColumn::WithoutClick => a.without_click.cmp(&b.without_click),
            TermColumn::Term => a.term.cmp(&b.term),
        }
    });
    first(ordered).then_with(|| a.term.cmp(&b.term))
}

fn first(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders.find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

/// The question as it was understood: asked again, it gives the same answer.
fn normalised<C: Column>(ask: &GoodsAsk<C>, calendar: &Calendar, plan: &Plan) -> Value {
    let name = |column: &C| C::ALL.iter().find(|(_, known)| known == column).map_or("", |(name, _)| name);
    let order: Vec<Value> = ask
        .order
        .iter()
        .map(|(column, direction)| {
            json!([name(column), if *direction == Direction::Ascending { "asc" } else { "desc" }])
        })
        .collect();
    let mut query = ask.asked.echo(plan.query.range, calendar);
    query["order_by"] = json!(order);
    query["pagination"] = json!({"limit": ask.limit, "offset": ask.offset});
    if let Some(currency) = ask.currency {
        query["currency"] = json!(currency.code());
    }
    query
}
