//! Totals for a query, looked up.

use jiff::civil::Date;
use kassa_access::{Caller, DaySum, TotalsBy, TotalsKind};
use kassa_eventstore::query::{Cell, Dimension, Query};

use super::answerable::{Reason, by, cuts_days, knows};
use super::days::{Days, days_of};
use super::found::{Found, Imported};
use crate::report::ask::Ask;
use crate::report::calendar::Calendar;
use crate::report::plan::COMPARED_ROWS_MAX;
use crate::report::refusal::Refusal;
use crate::report::reports::Reports;

/// The most totals of an answer.
const TOTALS_MAX: i64 = 100_000;

/// What totals add to the answer to `query`, which is that of `ask` by dimensions with these settled names; `None`: there are none in
/// its days. Where they add something the query asks for all rows from now on: which of them are shown, is known once both are there.
///
/// # Errors
/// The store's.
pub(crate) async fn look(
    reports: &Reports,
    (caller, ask): (&Caller, &Ask),
    (query, names): (&mut Query, &[String]),
    calendar: &Calendar,
) -> Result<Option<Imported>, Refusal> {
    let mut sites = Vec::new();
    for site in &query.sites {
        if let Some(days) = days_of(reports, site, (query.range, calendar)).await? {
            sites.push((site.as_str(), days));
        }
    }
    let Some(days) = span(&sites) else { return Ok(None) };
    let found = match by(ask, caller) {
        Ok(_) if cuts_days(names) => Err(Reason::Time),
        Ok(_) if sites.iter().any(|(site, _)| reports.zone_of(site) != calendar.zone) => {
            Err(Reason::Timezone)
        }
        Ok(by) => found(reports, &sites, by, (query, calendar)).await,
        Err(reason) => Err(reason),
    };
    if found.is_ok() {
        (query.limit, query.offset) = (COMPARED_ROWS_MAX, 0);
    }
    Ok(Some(Imported { days, found }))
}

/// From the first to the last day of all sites.
fn span(sites: &[(&str, Days)]) -> Option<Days> {
    let first = sites.iter().map(|(_, days)| days.0).min()?;
    let end = sites.iter().map(|(_, days)| days.1).max()?;
    Some((first, end.yesterday().unwrap_or(end)))
}

async fn found(
    reports: &Reports,
    sites: &[(&str, Days)],
    by: TotalsBy,
    (query, calendar): (&Query, &Calendar),
) -> Result<Found, Reason> {
    let is_by_day = query.dimensions.iter().any(|dimension| dimension.field().is_none());
    let mut rows = Vec::new();
    for (site, days) in sites {
        let asked = reports.access.totals((site, by), *days, (is_by_day, TOTALS_MAX + 1)).await;
        let sums = asked.map_err(|error| {
            tracing::warn!(site, %error, "cannot read totals of days");
            Reason::Unavailable
        })?;
        if i64::try_from(sums.len()).unwrap_or(i64::MAX) > TOTALS_MAX {
            return Err(Reason::Rows);
        }
        for sum in sums {
            let value = shown(reports, site, by, sum.value.as_deref());
            let cells = query.dimensions.iter().map(|dimension| cell(dimension, (&sum, &value), calendar));
            rows.push((cells.collect(), sum.counts));
        }
    }
    let knows = query.metrics.iter().map(|metric| knows(by, *metric)).collect();
    Ok(Found { rows, knows, page: (query.limit, query.offset) })
}

/// Pages are as the site's rules show them.
fn shown(reports: &Reports, site: &str, by: TotalsBy, value: Option<&str>) -> Option<String> {
    let is_page =
        matches!(by, TotalsBy::Value(TotalsKind::Page | TotalsKind::EntryPage | TotalsKind::ExitPage));
    let value = value?;
    let rules = is_page.then(|| reports.rules_of(site)).flatten();
    Some(rules.as_ref().map_or(value, |rules| rules.shown(value)).to_owned())
}

fn cell(dimension: &Dimension, (sum, value): (&DaySum, &Option<String>), calendar: &Calendar) -> Cell {
    match (dimension, value) {
        (Dimension::Field(_), Some(value)) => Cell::Text(value.clone()),
        (Dimension::Field(_), None) => Cell::Null,
        (Dimension::Time { boundaries }, _) => {
            let start = calendar.start_of(sum.day.unwrap_or(Date::ZERO));
            let bucket = boundaries.partition_point(|begins| *begins <= start).saturating_sub(1);
            Cell::Int(i64::try_from(bucket).unwrap_or(i64::MAX))
        }
    }
}
