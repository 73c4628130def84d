//! How an alert stands now, and how often it would have been heard of.

use jiff::tz::TimeZone;
use kassa_access::Caller;
use kassa_eventstore::query::TimeRange;
use kassa_eventstore::{Error, EventStore};
use kassa_model::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};
use serde_json::{Value, json};

use super::baseline::{Judged, Standing, compared, judge, weeks_before};
use super::rule::{Against, Asked, Rule, Watch, When};
use super::series::{WHOLE, length, series};
use crate::report::reports::Reports;
use crate::report::trust::freshness;

/// What is asked to judge an alert.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) store: &'a dyn EventStore,
    pub(super) reports: &'a Reports,
    pub(super) caller: &'a Caller,
    pub(super) site: &'a str,
    pub(super) zone: &'a TimeZone,
}

/// How `rule` stands at `now`: a query by its last whole window.
///
/// # Errors
/// The store's.
pub(super) async fn stands(sources: Sources<'_>, rule: &Rule, now: Timestamp) -> Result<Judged, Error> {
    let bound = match rule.when.against {
        Against::Bound(bound) => bound.checked_mul(WHOLE),
        Against::Weeks { .. } => None,
    };
    let value = match &rule.watch {
        Watch::Query(asked) => return last_window(sources, asked, rule.when, now).await,
        Watch::Stock(sku) => sources.reports.gauges().stock(sources.site, sku).await,
        Watch::Lag => lag_seconds(sources).await?,
        Watch::Audit => disagreements(sources.reports),
    };
    Ok(compared(rule.when, value.and_then(|value| value.checked_mul(WHOLE)), bound))
}

/// For how many whole seconds reports lag behind.
async fn lag_seconds(sources: Sources<'_>) -> Result<Option<i64>, Error> {
    let found = freshness(sources.reports, sources.caller).await?;
    Ok(found.map(|found| found.lag_micros / MICROS_PER_SECOND))
}

/// How many things the newest look at the books found wrong; none where it found nothing, but could not look at all.
fn disagreements(reports: &Reports) -> Option<i64> {
    let verdict = reports.books.as_ref()?.verdict()?;
    let is_known = verdict.complete || verdict.violations > 0;
    i64::try_from(verdict.violations).ok().filter(|_| is_known)
}

async fn last_window(
    sources: Sources<'_>,
    asked: &Asked,
    when: When,
    now: Timestamp,
) -> Result<Judged, Error> {
    let begin = whole(now, asked).plus_micros(-length(asked));
    let mut found = series(sources.store, sources.site, asked, window(begin, asked)).await?;
    if let Against::Weeks { weeks, .. } = when.against {
        for week in 1..=weeks {
            let before = weeks_before(sources.zone, begin, week);
            found.extend(series(sources.store, sources.site, asked, window(before, asked)).await?);
        }
    }
    Ok(judge(sources.zone, when, &found, begin))
}

fn window(begin: Timestamp, asked: &Asked) -> TimeRange {
    TimeRange { from: begin, to: begin.plus_micros(length(asked)) }
}

/// The beginning of the window that `time` is in.
fn whole(time: Timestamp, asked: &Asked) -> Timestamp {
    let length = length(asked);
    Timestamp::from_micros(time.micros().div_euclid(length) * length)
}

/// What became of the whole windows of the last `days`: `{"checked","fired","times":[{"at","until","value","expected"}]}`. Windows
/// after each other that all fire are heard of once.
///
/// # Errors
/// The store's; [`Error::Invalid`] for what has no past.
pub(super) async fn past(
    sources: Sources<'_>,
    rule: &Rule,
    days: i64,
    now: Timestamp,
) -> Result<Value, Error> {
    let Watch::Query(asked) = &rule.watch else {
        return Err(Error::Invalid(
            "only queries have a past: how stock, lag and audit stood is not kept".to_owned(),
        ));
    };
    let (end, step) = (whole(now, asked), length(asked));
    let begin = whole(end.plus_micros(-days * MICROS_PER_DAY), asked);
    let earliest = match rule.when.against {
        Against::Bound(_) => begin,
        Against::Weeks { weeks, .. } => whole(weeks_before(sources.zone, begin, weeks), asked),
    };
    // Nothing happened before the clock of all times begins.
    let from = earliest.max(Timestamp::from_micros(0));
    let found = series(sources.store, sources.site, asked, TimeRange { from, to: end }).await?;
    let (mut checked, mut times) = (0, Vec::<(Timestamp, Timestamp, Judged)>::new());
    let mut window = begin;
    while window < end {
        let (judged, next) = (judge(sources.zone, rule.when, &found, window), window.plus_micros(step));
        checked += i64::from(judged.standing != Standing::Unknown);
        if judged.standing == Standing::Firing {
            match times.last_mut() {
                Some((_, until, _)) if *until == window => *until = next,
                _ => times.push((window, next, judged)),
            }
        }
        window = next;
    }
    let show = |(at, until, judged): &(Timestamp, Timestamp, Judged)| {
        json!({"at": at.to_string(), "until": until.to_string(), "value": shown(judged.value),
            "expected": shown(judged.expected)})
    };
    Ok(json!({"checked": checked, "fired": times.len(), "times": times.iter().map(show).collect::<Vec<_>>()}))
}

/// A number of thousandths as it is shown.
pub(super) fn shown(value: Option<i64>) -> Value {
    match value {
        None => Value::Null,
        Some(value) if value % WHOLE == 0 => json!(value / WHOLE),
        Some(value) => json!(value as f64 / WHOLE as f64),
    }
}
