//! A cart as the server prices it.
//!
//! ```json
//! {"lines":[{"sku":"ps5","product_id":7,"slug":"playstation-5","name":"PlayStation 5","variant_title":null,"image":null,"quantity":2,
//!            "price":{"amount_minor":49900,"currency":"USD"},"total":{"amount_minor":99800,"currency":"USD"},"available":12,
//!            "state":"ok"}],
//!  "total":{"amount_minor":99800,"currency":"USD"},"changed":false}
//! ```

use std::collections::HashMap;

use kassa_model::{Currency, Money};
use serde::Serialize;

use super::ask::CartLine;
use super::goods::Good;
use crate::catalog::Picture;
use crate::orders::ItemsError;

/// How a line stands against the catalogue now. What keeps it from being ordered comes before what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum LineState {
    Ok,
    /// It costs more than the buyer has seen.
    Dearer,
    /// It costs less.
    Cheaper,
    /// Fewer are there than the line asks for.
    Short,
    /// None is.
    SoldOut,
    /// Buyers do not know it, or no longer.
    Gone,
}

/// A line with its price; of one that is gone nothing is known.
#[derive(Debug, Serialize)]
pub(super) struct PricedLine<'a> {
    sku: &'a str,
    product_id: Option<i64>,
    slug: Option<&'a str>,
    name: Option<&'a str>,
    variant_title: Option<&'a str>,
    image: Option<&'a Picture>,
    quantity: i64,
    price: Option<Money>,
    /// Of as many as are there.
    total: Option<Money>,
    /// How many this line can have; null where there is no stock of it, or nobody can say.
    available: Option<i64>,
    state: LineState,
}

/// The whole cart.
#[derive(Debug, Serialize)]
pub(super) struct Priced<'a> {
    lines: Vec<PricedLine<'a>>,
    /// Of all lines; null where nothing has a price.
    total: Option<Money>,
    changed: bool,
}

/// Prices the lines in their order. Of lines with one SKU the first come first to what is there.
///
/// # Errors
/// [`ItemsError::MixedCurrencies`], [`ItemsError::TotalOutOfRange`].
pub(super) fn price<'a>(
    asked: &'a [CartLine],
    goods: &'a HashMap<String, Good>,
) -> Result<Priced<'a>, ItemsError> {
    let mut taken: HashMap<&str, i64> = HashMap::new();
    let mut total: Option<Money> = None;
    let mut lines = Vec::with_capacity(asked.len());
    for line in asked {
        let Some(good) = goods.get(&line.sku) else {
            lines.push(gone(line));
            continue;
        };
        let taken = taken.entry(&line.sku).or_default();
        let available = good.available.map(|available| (available - *taken).max(0));
        let counted = available.map_or(line.quantity, |available| available.min(line.quantity));
        *taken += counted;
        let priced = priced(line, good, (available, counted))?;
        total = Some(added(total, priced.total.unwrap_or(good.product.price))?);
        lines.push(priced);
    }
    let changed = lines.iter().any(|line| line.state != LineState::Ok);
    Ok(Priced { lines, total, changed })
}

fn priced<'a>(
    line: &'a CartLine,
    good: &'a Good,
    (available, counted): (Option<i64>, i64),
) -> Result<PricedLine<'a>, ItemsError> {
    let product = &good.product;
    let price = product.price;
    Ok(PricedLine {
        sku: &line.sku,
        product_id: Some(product.id),
        slug: Some(&product.slug),
        name: Some(&product.name),
        variant_title: product.variant_title.as_deref(),
        image: good.picture.as_ref(),
        quantity: line.quantity,
        price: Some(price),
        total: Some(money(price.amount_minor.checked_mul(counted), price.currency)?),
        available,
        state: state(line, available, price.amount_minor),
    })
}

fn gone(line: &CartLine) -> PricedLine<'_> {
    PricedLine {
        sku: &line.sku,
        product_id: None,
        slug: None,
        name: None,
        variant_title: None,
        image: None,
        quantity: line.quantity,
        price: None,
        total: None,
        available: None,
        state: LineState::Gone,
    }
}

fn state(line: &CartLine, available: Option<i64>, price_minor: i64) -> LineState {
    match (available, line.seen_price_minor) {
        (Some(0), _) => LineState::SoldOut,
        (Some(available), _) if available < line.quantity => LineState::Short,
        (_, Some(seen)) if price_minor > seen => LineState::Dearer,
        (_, Some(seen)) if price_minor < seen => LineState::Cheaper,
        _ => LineState::Ok,
    }
}

/// The sum, which has one currency.
fn added(total: Option<Money>, more: Money) -> Result<Money, ItemsError> {
    let Some(total) = total else { return Ok(more) };
    if total.currency != more.currency {
        return Err(ItemsError::MixedCurrencies(total.currency, more.currency));
    }
    money(total.amount_minor.checked_add(more.amount_minor), total.currency)
}

fn money(amount_minor: Option<i64>, currency: Currency) -> Result<Money, ItemsError> {
    let amount_minor = amount_minor.filter(|amount| *amount <= Money::AMOUNT_MINOR_MAX);
    Ok(Money { amount_minor: amount_minor.ok_or(ItemsError::TotalOutOfRange(currency))?, currency })
}
