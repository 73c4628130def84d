//! Metrics as the integers that they are made of.

use super::dialect::Dialect;
use crate::query::{CONFIRMED, Metric, REFUNDED};

/// An integer that is aggregated from events (`e`), from visits (`v`) or from money (`m`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    Visitors,
    /// Distinct ones, of the visits that began in the range.
    Visits,
    /// Their page views.
    ViewsOfVisits,
    Pageviews,
    Events,
    Users,
    /// Σ seconds of `time_on_page` events.
    Seconds,
    /// Distinct (session, page) with such seconds.
    SecondsPages,
    /// Sessions, for bounce rate and duration.
    Sessions,
    /// 100 × bounced sessions.
    Bounces,
    /// Σ whole seconds from first to last event.
    Duration,
    /// Orders with a record that confirms them.
    Orders,
    /// Σ units.
    Units,
    /// Σ money.
    Revenue,
    /// −Σ money of records that refund.
    Refunds,
    /// Σ money of records that confirm.
    Confirmed,
    /// 100 × visitors of the row with a record that confirms.
    Converters,
}

/// The visitors of events with a visit, as an aggregate over `e`.
pub(super) const VISITORS: &str = "count(DISTINCT e.visitor) FILTER (WHERE e.session <> 0)";

/// Where the seconds of an event `e` count.
const TIMED: &str = "e.name = 'time_on_page' AND e.session <> 0";

impl Measure {
    /// Whether it is a property of visits, never of events.
    pub(super) fn is_of_visits(self) -> bool {
        matches!(self, Self::Sessions | Self::Bounces | Self::Duration)
    }

    /// Whether it counts visits that began in the range, by their events or as a whole.
    pub(super) fn is_of_begun(self) -> bool {
        matches!(self, Self::Visits | Self::ViewsOfVisits)
    }

    /// Whether it is taken from records of money.
    pub(super) fn is_of_money(self) -> bool {
        self == Self::Converters || self.over_money().is_some()
    }

    /// Its column.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Visitors => "visitors",
            Self::Visits => "visits",
            Self::ViewsOfVisits => "views_of_visits",
            Self::Pageviews => "pageviews",
            Self::Events => "events",
            Self::Users => "users",
            Self::Seconds => "seconds",
            Self::SecondsPages => "seconds_pages",
            Self::Sessions => "sessions",
            Self::Bounces => "bounces",
            Self::Duration => "duration",
            Self::Orders => "orders",
            Self::Units => "units",
            Self::Revenue => "revenue",
            Self::Refunds => "refunds",
            Self::Confirmed => "confirmed",
            Self::Converters => "converters",
        }
    }

    /// Its aggregate over events; 0 for what events do not tell.
    pub(super) fn over_events(self, dialect: &dyn Dialect) -> String {
        match self {
            Self::Visitors => VISITORS.to_owned(),
            Self::Visits => format!("count(DISTINCT {})", dialect.visit()),
            Self::Pageviews | Self::ViewsOfVisits => {
                "count(*) FILTER (WHERE e.name = 'page_view')".to_owned()
            }
            Self::Events => "count(*)".to_owned(),
            Self::Users => "count(DISTINCT e.user_id)".to_owned(),
            Self::Seconds => format!("coalesce(sum({}), 0)", dialect.seconds_where(TIMED)),
            Self::SecondsPages => {
                let (seconds, page) = (dialect.seconds_where(TIMED), dialect.row(&["e.session", "e.path"]));
                format!("count(DISTINCT CASE WHEN {seconds} IS NOT NULL THEN {page} END)")
            }
            _ => "0".to_owned(),
        }
    }

    /// Its aggregate over a digest.
    pub(super) fn over_digest(self, dialect: &dyn Dialect) -> String {
        let sum = |column: &str| format!("coalesce(sum(e.{column}), 0)");
        match self {
            Self::Pageviews => sum("page_views"),
            Self::ViewsOfVisits => sum("fitting_views"),
            Self::Events => sum("events"),
            same => same.over_events(dialect),
        }
    }

    /// Its aggregate over records of money (or lines of them), if they tell it.
    pub(super) fn over_money(self) -> Option<String> {
        let named = |name: &str| format!("FILTER (WHERE m.kind = '{name}')");
        Some(match self {
            Self::Orders => format!("count(DISTINCT m.order_id) {}", named(CONFIRMED)),
            Self::Units => "coalesce(sum(m.units), 0)".to_owned(),
            Self::Revenue => "coalesce(sum(m.amount), 0)".to_owned(),
            Self::Refunds => format!("coalesce(-(sum(m.amount) {}), 0)", named(REFUNDED)),
            Self::Confirmed => format!("coalesce(sum(m.amount) {}, 0)", named(CONFIRMED)),
            _ => return None,
        })
    }

    /// Its aggregate over visits, if they tell it.
    pub(super) fn over_visits(self, dialect: &dyn Dialect) -> Option<String> {
        let text = match self {
            Self::Visits | Self::Sessions => "count(v.visit)",
            Self::ViewsOfVisits => "coalesce(sum(v.page_views), 0)",
            Self::Bounces => "100 * count(*) FILTER (WHERE v.weight = 1)",
            Self::Duration => {
                let [last, first] = ["v.last_time", "v.first_time"].map(|time| dialect.micros(time));
                let seconds = dialect.divided(&format!("({last} - {first})"), "1000000");
                return Some(format!("coalesce(sum({seconds}), 0)"));
            }
            _ => return None,
        };
        Some(text.to_owned())
    }
}

/// What a metric is shown as: an integer, or a ratio.
pub(super) enum Shown {
    Int(Measure),
    Ratio(Measure, Measure),
    /// 100 × visitors over the visitors of the whole query.
    Percentage,
}

/// How `metric` is made of measures.
pub(super) fn shown(metric: Metric) -> Shown {
    match metric {
        Metric::Visitors => Shown::Int(Measure::Visitors),
        Metric::Visits => Shown::Int(Measure::Visits),
        Metric::Pageviews => Shown::Int(Measure::Pageviews),
        Metric::Events => Shown::Int(Measure::Events),
        Metric::Users => Shown::Int(Measure::Users),
        Metric::ViewsPerVisit => Shown::Ratio(Measure::ViewsOfVisits, Measure::Visits),
        Metric::BounceRate => Shown::Ratio(Measure::Bounces, Measure::Sessions),
        Metric::VisitDuration => Shown::Ratio(Measure::Duration, Measure::Sessions),
        Metric::TimeOnPage => Shown::Ratio(Measure::Seconds, Measure::SecondsPages),
        Metric::Percentage => Shown::Percentage,
        Metric::Orders => Shown::Int(Measure::Orders),
        Metric::Units => Shown::Int(Measure::Units),
        Metric::Revenue => Shown::Int(Measure::Revenue),
        Metric::Refunds => Shown::Int(Measure::Refunds),
        Metric::AverageOrderValue => Shown::Ratio(Measure::Confirmed, Measure::Orders),
        Metric::ConversionRate => Shown::Ratio(Measure::Converters, Measure::Visitors),
    }
}

/// The measures of `metrics`, each once.
pub(super) fn measures(metrics: &[Metric]) -> Vec<Measure> {
    let mut found: Vec<Measure> = metrics
        .iter()
        .flat_map(|metric| match shown(*metric) {
            Shown::Int(measure) => vec![measure],
            Shown::Ratio(numerator, denominator) => vec![numerator, denominator],
            Shown::Percentage => vec![Measure::Visitors],
        })
        .collect();
    found.sort();
    found.dedup();
    found
}
