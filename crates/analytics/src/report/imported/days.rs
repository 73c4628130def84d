//! Of which days totals count.

use jiff::civil::Date;
use kassa_access::Access;
use kassa_eventstore::query::TimeRange;
use kassa_model::Timestamp;

use crate::report::calendar::{Calendar, after};
use crate::report::refusal::Refusal;
use crate::report::reports::Reports;

/// From a day on, without another.
pub(super) type Days = (Date, Date);

/// The beginning of the first day of which any of `sites` has totals.
pub(crate) fn first_day(access: &Access, sites: &[String], calendar: &Calendar) -> Option<Timestamp> {
    let first = sites.iter().filter_map(|site| access.days_of_totals(site)).map(|(first, _)| first).min();
    first.map(|first| calendar.start_of(first))
}

/// Of which days of `range` the totals of `site` count: whole ones, before its first event here. `None`: of none.
///
/// # Errors
/// The store's.
pub(super) async fn days_of(
    reports: &Reports,
    site: &str,
    (range, calendar): (TimeRange, &Calendar),
) -> Result<Option<Days>, Refusal> {
    let Some((first, last)) = reports.access.days_of_totals(site) else { return Ok(None) };
    let (from, to) = whole(range, calendar);
    let (from, mut to) = (from.max(first), to.min(after(last)));
    if from >= to {
        return Ok(None);
    }
    if let Some(counted) = reports.first_of_visitors(site, calendar.now).await? {
        to = to.min(calendar.date_of(counted));
    }
    Ok((from < to).then_some((from, to)))
}

/// The days that are wholly in `range`.
fn whole(range: TimeRange, calendar: &Calendar) -> Days {
    let first = calendar.date_of(range.from);
    let from = if calendar.start_of(first) < range.from { after(first) } else { first };
    (from, calendar.date_of(range.to))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn only_whole_days_count() {
        let calendar = Calendar {
            zone: TimeZone::get("Europe/Berlin").unwrap(),
            now: "2026-11-20T12:00:30Z".parse().unwrap(),
            first: None,
        };
        let check = |from: &str, to: &str, expected: Days| {
            let range = TimeRange { from: from.parse().unwrap(), to: to.parse().unwrap() };
            assert_eq!(whole(range, &calendar), expected, "{from} {to}");
        };
        let [first, third] = [date(2024, 5, 1), date(2024, 5, 3)];
        check("2024-04-30T22:00:00Z", "2024-05-02T22:00:00Z", (first, third));
        check("2024-04-30T22:00:00.000001Z", "2024-05-02T22:00:00Z", (date(2024, 5, 2), third));
        check("2024-04-30T22:00:00Z", "2024-05-02T21:59:59.999999Z", (first, date(2024, 5, 2)));
        check("2024-05-01T00:00:00Z", "2024-05-01T10:00:00Z", (date(2024, 5, 2), first));
    }
}
