//! A question about products → what the store is asked: the days of the site's time zone, and the 27 before them, which the
//! revenue that was lost on the first of them is worked out from.

use jiff::ToSpan;
use jiff::civil::Date;
use kassa_eventstore::goods::{DAYS_MAX, GoodsQuery};
use kassa_eventstore::journey::Scope;
use kassa_eventstore::query::TimeRange;
use kassa_model::Timestamp;

use super::ask::GoodsAsk;
use crate::report::ask::Invalid;
use crate::report::calendar::{Calendar, after, moved};

/// The days that the revenue lost on a day is worked out from: the day itself and those before it.
pub(super) const WINDOW_DAYS: i64 = 28;

/// What the store is asked, and which of its days is which.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) query: GoodsQuery,
    /// The searches of the same.
    pub(super) scope: Scope,
    pub(super) days: Days,
}

/// The days of a question.
#[derive(Debug)]
pub(super) struct Days {
    /// The date of each. One may be there twice: before the range and in it.
    pub(super) dates: Vec<Date>,
    /// The first one in the range.
    pub(super) first: usize,
}

/// Plans `ask` by this `calendar`.
///
/// # Errors
/// [`Invalid`] when the range has too many days.
pub(super) fn plan<C>(ask: &GoodsAsk<C>, calendar: &Calendar) -> Result<Plan, Invalid> {
    let scope = ask.asked.scope(ask.asked.range(calendar));
    let (boundaries, days) = days(scope.range, calendar)?;
    let query = GoodsQuery {
        sites: scope.sites.clone(),
        range: scope.range,
        days: boundaries,
        now: calendar.now,
        by: ask.by,
        filter: scope.filter.clone(),
        currency: ask.currency.map(|currency| currency.code().to_owned()),
        include_bots: scope.include_bots,
        rules: Vec::new(),
    };
    Ok(Plan { query, scope, days })
}

fn days(range: TimeRange, calendar: &Calendar) -> Result<(Vec<Timestamp>, Days), Invalid> {
    let first = calendar.date_of(range.from);
    let mut date = moved(first, (1 - WINDOW_DAYS).days());
    let (mut boundaries, mut dates) = (Vec::new(), Vec::new());
    loop {
        let start = calendar.start_of(date);
        if start >= range.to {
            break;
        }
        boundaries.push(start);
        dates.push(date);
        if date == first && start < range.from {
            boundaries.push(range.from);
            dates.push(date);
        }
        if dates.len() > DAYS_MAX {
            return Invalid::because("a question about products has at most 970 days");
        }
        date = after(date);
    }
    boundaries.push(range.to);
    let first = boundaries.iter().position(|start| *start >= range.from).unwrap_or(0);
    Ok((boundaries, Days { dates, first }))
}
