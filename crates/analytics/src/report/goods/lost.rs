//! The revenue that was lost because something was sold out. For each product and day of the site's time zone:
//!
//! ```text
//! viewers who saw it sold out × orders ÷ viewers who saw it in stock × revenue ÷ units
//! ```
//!
//! The last four are of the 28 days that end with that day; viewers are counted by day, so that somebody who comes back on the
//! next is two. Where fewer than 50 saw it in stock, the rate of its category stands in for those who are missing; where nothing
//! of it was sold, the category's revenue per unit does. Rounded to a whole minor unit, halves up, for each product and day.

use std::collections::{BTreeMap, HashMap};

use jiff::ToSpan;
use kassa_eventstore::goods::{GoodsDay, GoodsTable};

use super::plan::{Days, WINDOW_DAYS};
use crate::report::calendar::moved;

/// From how many viewers on a product has a rate of its own alone.
const VIEWERS_ENOUGH: i128 = 50;

/// What was seen and sold in some days.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    viewers: i128,
    orders: i128,
    units: i128,
    revenue: i128,
}

impl Sums {
    fn add(&mut self, day: &GoodsDay) {
        self.viewers += i128::from(day.viewers_in);
        self.orders += i128::from(day.orders);
        self.units += i128::from(day.units);
        self.revenue += i128::from(day.revenue_minor);
    }
}

/// The revenue that each product of `table` lost in the range, minor units, by SKU; none for those of which nobody saw that they
/// were sold out.
pub(super) fn lost_revenue(table: &GoodsTable, days: &Days) -> BTreeMap<String, i64> {
    let categories: HashMap<&str, Option<&str>> =
        table.products.iter().map(|product| (product.sku.as_str(), product.category.as_deref())).collect();
    let category_of = |sku: &str| categories.get(sku).copied().flatten();
    let mut lost = BTreeMap::new();
    for (number, date) in days.dates.iter().enumerate().skip(days.first) {
        let unmet: Vec<&GoodsDay> = table
            .days
            .iter()
            .filter(|day| usize::try_from(day.day) == Ok(number) && day.viewers_out > 0)
            .collect();
        if unmet.is_empty() {
            continue;
        }
        let since = moved(*date, (1 - WINDOW_DAYS).days());
        let (mut products, mut groups): (HashMap<&str, Sums>, HashMap<Option<&str>, Sums>) =
            Default::default();
        for day in &table.days {
            let of = usize::try_from(day.day).ok().and_then(|number| days.dates.get(number));
            if of.is_some_and(|of| (since..=*date).contains(of)) {
                products.entry(&day.sku).or_default().add(day);
                groups.entry(category_of(&day.sku)).or_default().add(day);
            }
        }
        for day in unmet {
            let own = products.get(day.sku.as_str()).copied().unwrap_or_default();
            let group = groups.get(&category_of(&day.sku)).copied().unwrap_or_default();
            *lost.entry(day.sku.clone()).or_insert(0) += lost_on(i128::from(day.viewers_out), own, group);
        }
    }
    lost
}

/// `viewers` × the rate × the price, as one fraction.
fn lost_on(viewers: i128, own: Sums, group: Sums) -> i64 {
    let missing = (VIEWERS_ENOUGH - own.viewers).max(0);
    let (orders, of_viewers) = match (missing, group.viewers) {
        (0, _) => (own.orders, own.viewers),
        (_, 0) => (own.orders, VIEWERS_ENOUGH),
        (_, known) => (own.orders * known + missing * group.orders, VIEWERS_ENOUGH * known),
    };
    let (revenue, units) =
        if own.units > 0 { (own.revenue, own.units) } else { (group.revenue, group.units) };
    let top = viewers.checked_mul(orders).and_then(|top| top.checked_mul(revenue.max(0)));
    let bottom = of_viewers.checked_mul(units).filter(|bottom| *bottom > 0);
    let Some((top, bottom)) = top.zip(bottom) else { return 0 };
    i64::try_from((2 * (top / bottom) + 2 * (top % bottom) / bottom + 1) / 2).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lost_is_one_fraction_rounded_once() {
        let check = |viewers, own: (i128, i128, i128, i128), group: (i128, i128, i128, i128), expected| {
            let sums = |(viewers, orders, units, revenue)| Sums { viewers, orders, units, revenue };
            assert_eq!(lost_on(viewers, sums(own), sums(group)), expected, "{own:?} {group:?}");
        };
        // Enough viewers: 10 × 6/60 × 1200/8.
        check(10, (60, 6, 8, 1_200), (600, 6, 8, 9), 150);
        // 20 of 50: 10 × (2 + 30 × 10/100)/50 × 300/3 = 10 × 0.1 × 100.
        check(10, (20, 2, 3, 300), (100, 10, 9, 1), 100);
        // Nothing known of it: 3 × 50 × 10/100 / 50 × 250/5 = 15.
        check(3, (0, 0, 0, 0), (100, 10, 5, 250), 15);
        // Nor of its category.
        check(3, (0, 0, 0, 0), (0, 0, 0, 0), 0);
        // Halves up: 1 × 1/50 × 25/1 = 0.5.
        check(1, (50, 1, 1, 25), (0, 0, 0, 0), 1);
        check(1, (50, 1, 1, 24), (0, 0, 0, 0), 0);
        check(i128::MAX / 2, (50, 9, 1, 9), (0, 0, 0, 0), 0);
    }
}
