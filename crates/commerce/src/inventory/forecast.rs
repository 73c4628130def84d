//! `GET /v1/products/forecast`: when what is there will be sold out, at the rate of the last 28 days.
//!
//! ```json
//! {"results":[{"sku":"mug","name":"Mug","available":12,"units":42,"days":28,"units_per_day":1.5,"days_left":8,"sold_out_at":"2026-12-07T10:00:00Z"}],
//!  "next_cursor":null}
//! ```
//! Units are those that orders took out of stock, without those that came back before an order was confirmed, by 28 days, or by as
//! many as there has been stock of the SKU. What is sold out already has 0 days left; what did not sell has no row. Whoever is to
//! sell out first comes first.

mod store;

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use kassa_access::{Allowed, need};
use kassa_db::Error;
use kassa_model::{MICROS_PER_DAY, Timestamp};
use kassa_service::{Json, Problem};
use serde::Serialize;

use crate::catalog;
use crate::page::Page;
use crate::params::Params;
use crate::refuse::problem_of;
use crate::shop::Shop;
#[cfg(test)]
pub(crate) use store::ALL;
use store::Sold;

/// Days whose sales are looked at.
const DAYS: i64 = 28;
const LIMIT_DEFAULT: i64 = 100;
const LIMIT_MAX: i64 = 1_000;

/// When a SKU will be sold out.
#[derive(Debug, PartialEq, Serialize)]
struct Forecast {
    sku: String,
    /// Null where the catalogue is elsewhere or has no such product.
    name: Option<String>,
    available: i64,
    units: i64,
    /// In how many days these were sold, a part of one as a whole.
    days: i64,
    units_per_day: f64,
    days_left: i64,
    sold_out_at: String,
}

/// `GET /v1/products/forecast?limit=&sku=`.
pub(crate) async fn list_forecasts(
    _: Allowed<need::Stock>,
    State(shop): State<Arc<Shop>>,
    uri: Uri,
) -> Result<Response, Problem> {
    let params = Params::of(&uri, &["limit", "sku"])?;
    let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let sku = params.filter("sku")?.map(str::to_owned);
    let stock =
        shop.inventory.as_ref().ok_or_else(|| Problem::unavailable("stock is in another process", 60))?;
    let (now, named) = (shop.clock.now(), shop.stock_is_with_catalog());
    let found = stock.read(move |tx| {
        let mut sold = store::sold(tx, now.plus_micros(-DAYS * MICROS_PER_DAY), now)?;
        sold.retain(|sold| sku.as_ref().is_none_or(|sku| *sku == sold.sku));
        let mut forecasts: Vec<Forecast> = sold.into_iter().map(|sold| forecast(sold, now)).collect();
        forecasts.sort_by(|a, b| (a.days_left, &a.sku).cmp(&(b.days_left, &b.sku)));
        forecasts.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        if named {
            let skus: Vec<&str> = forecasts.iter().map(|forecast| forecast.sku.as_str()).collect();
            let products = catalog::store::by_skus(tx, &skus)?;
            for forecast in &mut forecasts {
                let product = products.iter().find(|product| product.sku == forecast.sku);
                forecast.name = product.map(|product| product.name.clone());
            }
        }
        Ok(forecasts)
    });
    let results = found.await.map_err(|error: Error| problem_of(&error))?;
    Ok(Json(Page::whole(results)).into_response())
}

/// Whole days left, rounded down; the time to the second.
fn forecast(sold: Sold, now: Timestamp) -> Forecast {
    let Sold { sku, available, opened_at, units } = sold;
    let window = (now.micros() - opened_at.micros()).clamp(MICROS_PER_DAY, DAYS * MICROS_PER_DAY);
    let available = available.max(0);
    // At `units` in `window`, what is available lasts so long; never beyond what a calendar has.
    let left = i128::from(available) * i128::from(window) / i128::from(units.max(1));
    let left = i64::try_from(left).unwrap_or(i64::MAX).min(36_500 * MICROS_PER_DAY);
    let tenths = i128::from(units) * i128::from(MICROS_PER_DAY) * 10 / i128::from(window);
    let end = now.plus_micros(left).micros() / 1_000_000 * 1_000_000;
    Forecast {
        sku,
        name: None,
        available,
        units,
        days: window.div_euclid(MICROS_PER_DAY) + i64::from(window % MICROS_PER_DAY > 0),
        units_per_day: tenths as f64 / 10.0,
        days_left: left / MICROS_PER_DAY,
        sold_out_at: Timestamp::from_micros(end).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use kassa_model::MICROS_PER_HOUR;

    use super::*;

    #[test]
    fn lasts_as_long_as_it_sells() {
        let now: Timestamp = "2026-11-29T10:00:00Z".parse().unwrap();
        let check = |available: i64, hours: i64, units: i64, expected: (i64, f64, i64, &str)| {
            let opened_at = now.plus_micros(-hours * MICROS_PER_HOUR);
            let found = forecast(Sold { sku: "mug".to_owned(), available, opened_at, units }, now);
            assert_eq!(
                (found.days, found.units_per_day, found.days_left, found.sold_out_at.as_str()),
                expected
            );
        };
        check(12, 9_600, 42, (28, 1.5, 8, "2026-12-07T10:00:00Z"));
        check(0, 9_600, 42, (28, 1.5, 0, "2026-11-29T10:00:00Z"));
        check(3, 48, 4, (2, 2.0, 1, "2026-11-30T22:00:00Z"));
        // A day and a half.
        check(3, 36, 3, (2, 2.0, 1, "2026-11-30T22:00:00Z"));
        // There has been stock since an hour ago.
        check(10, 1, 5, (1, 5.0, 2, "2026-12-01T10:00:00Z"));
        check(1_000_000, 9_600, 1, (28, 0.0, 36_500, "2126-11-05T10:00:00Z"));
    }
}
