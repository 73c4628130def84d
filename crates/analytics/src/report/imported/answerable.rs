//! Which questions totals of days can answer, and why not the others.

use kassa_access::{Caller, TotalsBy, TotalsKind};
use kassa_eventstore::query::{Field, Metric};

use crate::report::ask::{Ask, DimensionAsk, Unit};

/// Why totals are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Something is filtered.
    Filters,
    /// Grouped by several fields, or by one that no total has.
    Dimensions,
    /// None of the metrics is known.
    Metrics,
    /// Parts of days are asked for.
    Time,
    /// Days of another time zone are asked for.
    Timezone,
    /// They are too many.
    Rows,
    /// The database does not answer.
    Unavailable,
}

impl Reason {
    /// Its stable name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Filters => "filters",
            Self::Dimensions => "dimensions",
            Self::Metrics => "metrics",
            Self::Time => "time",
            Self::Timezone => "timezone",
            Self::Rows => "rows",
            Self::Unavailable => "unavailable",
        }
    }

    /// For people.
    pub(super) const fn why(self) -> &'static str {
        match self {
            Self::Filters => "totals of days know no filters",
            Self::Dimensions => "totals of days are known by one dimension alone, and not by every one",
            Self::Metrics => "totals of days know none of these metrics",
            Self::Time => "totals of days have no hours",
            Self::Timezone => "totals of days are those of the site's time zone",
            Self::Rows => "the answer has too many rows to add totals of days",
            Self::Unavailable => "the database with totals of days does not answer",
        }
    }
}

/// By what totals answer `ask` for `caller`.
///
/// # Errors
/// Why they do not.
pub(super) fn by(ask: &Ask, caller: &Caller) -> Result<TotalsBy, Reason> {
    let within_segment = matches!(caller, Caller::Share(share) if share.segment.is_some());
    if ask.filter.is_some() || within_segment {
        return Err(Reason::Filters);
    }
    let mut by = TotalsBy::Value(TotalsKind::All);
    let mut fields = 0;
    for dimension in &ask.dimensions {
        match dimension {
            DimensionAsk::Time(_) => {}
            DimensionAsk::Goal => return Err(Reason::Dimensions),
            DimensionAsk::Field(field, _) => {
                fields += 1;
                by = of_field(field).ok_or(Reason::Dimensions)?;
            }
        }
    }
    if fields > 1 {
        return Err(Reason::Dimensions);
    }
    match ask.metrics.iter().any(|known| knows(by, known.metric)) {
        true => Ok(by),
        false => Err(Reason::Metrics),
    }
}

/// Whether one of the dimensions, by their settled names, cuts days into parts.
pub(super) fn cuts_days(names: &[String]) -> bool {
    let parts = [Unit::Minute.dimension(), Unit::Hour.dimension()];
    names.iter().any(|name| parts.contains(&name.as_str()))
}

fn of_field(field: &Field) -> Option<TotalsBy> {
    Some(match field {
        Field::Page => TotalsBy::Value(TotalsKind::Page),
        Field::EntryPage => TotalsBy::Value(TotalsKind::EntryPage),
        Field::ExitPage => TotalsBy::Value(TotalsKind::ExitPage),
        Field::Source => TotalsBy::Value(TotalsKind::Source),
        Field::Country => TotalsBy::Value(TotalsKind::Country),
        Field::Device => TotalsBy::Value(TotalsKind::Device),
        Field::Browser => TotalsBy::Value(TotalsKind::Browser),
        Field::Os => TotalsBy::Value(TotalsKind::Os),
        Field::Name => TotalsBy::Value(TotalsKind::Event),
        Field::Hostname => TotalsBy::Host,
        Field::Channel => TotalsBy::Channel,
        Field::Referrer => TotalsBy::Referrer,
        Field::UtmSource => TotalsBy::UtmSource,
        Field::UtmMedium => TotalsBy::UtmMedium,
        Field::UtmCampaign => TotalsBy::UtmCampaign,
        Field::UtmTerm => TotalsBy::UtmTerm,
        Field::UtmContent => TotalsBy::UtmContent,
        _ => return None,
    })
}

/// Whether totals by `by` know `metric`. Who saw several pages of a host is a visitor of each, and would count there as often.
pub(super) fn knows(by: TotalsBy, metric: Metric) -> bool {
    let known: &[Metric] = match by {
        TotalsBy::Value(TotalsKind::Page) => &[Metric::Visitors, Metric::Visits, Metric::Pageviews],
        TotalsBy::Value(TotalsKind::Event) => &[Metric::Visitors, Metric::Events],
        TotalsBy::Host => &[Metric::Pageviews],
        _ => &[
            Metric::Visitors,
            Metric::Visits,
            Metric::Pageviews,
            Metric::ViewsPerVisit,
            Metric::BounceRate,
            Metric::VisitDuration,
        ],
    };
    known.contains(&metric)
}
