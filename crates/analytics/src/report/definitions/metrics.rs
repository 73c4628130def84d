//! What every metric means, with an example.

use kassa_eventstore::query::Metric;

use super::definition::MetricDefinition;
use super::example::example;

/// Every metric that a query may ask for.
pub const METRICS: &[MetricDefinition] = &[
    metric(
        Metric::Visitors,
        "visitors",
        "The number of different visitors with a visit, told apart by the id that the site gives them, else by a hash that \
         changes every day and needs no cookie; who names themselves in mid-visit stays, for that day, the visitor that it began \
         with.",
        "Thu 09:00 Anna: views /; Fri 10:00 Anna: views /; Fri 10:01 Anna: views /mugs; \
         Fri 10:02 Ben: views /; Fri 11:00 Cleo: does Newsletter Signup",
        "3",
    ),
    metric(
        Metric::Visits,
        "visits",
        "The number of visits that began in the range (by time, in the bucket), where a visit is what one visitor does without \
         a pause of more than 30 minutes, or the session that the client names, midnight does not end it, and non-interactive \
         events neither open nor extend one.",
        "Thu 23:50 Anna: views /; Fri 00:05 Anna: views /mugs; Fri 00:40 Anna: views /; \
         Fri 10:00 Ben: views /; Fri 10:29 Ben: views /mugs",
        "2",
    )
    .over("\"day\""),
    metric(
        Metric::Pageviews,
        "pageviews",
        "The number of events named page_view, by which name every format's word for it is stored.",
        "Fri 10:00 Anna: views /; Fri 10:01 Anna: does click; Fri 10:02 Anna: views /mugs; \
         Fri 11:00 Ben: views /mugs; Fri 11:01 Ben: does Newsletter Signup",
        "3",
    ),
    metric(
        Metric::Events,
        "events",
        "The number of all events, page views among them and changes of orders not.",
        "Fri 10:00 Anna: views /; Fri 10:01 Anna: does click; \
         Fri 10:02 Anna: places order 1: 1 mug, 10.00 EUR; Fri 11:00 Ben: views /mugs; \
         Fri 11:01 Ben: does Newsletter Signup",
        "4",
    ),
    metric(
        Metric::ViewsPerVisit,
        "views_per_visit",
        "The page views of the visits that began in the range, divided by these visits.",
        "Thu 23:59 Anna: views /; Fri 00:01 Anna: views /mugs; Fri 11:00 Ben: views /; \
         Fri 11:01 Ben: views /mugs; Fri 11:30 Cleo: views /",
        "1.5",
    )
    .over("\"day\"")
    .of_sessions(),
    metric(
        Metric::BounceRate,
        "bounce_rate",
        "The percentage of visits with one page view and no interactive event among those that began in the range, where \
         page_view and what is non-interactive by the word below is no interaction and all else is (by page, a visit counts at its entry page).",
        "Fri 10:00 Anna: views /; Fri 11:00 Ben: views /; Fri 11:01 Ben: does click; \
         Fri 11:30 Cleo: views /mugs; Fri 11:31 Cleo: does time_on_page with {\"seconds\":60}",
        "66.7",
    )
    .of_sessions(),
    metric(
        Metric::VisitDuration,
        "visit_duration",
        "The average of a visit's last minus first event in seconds, of those that extend it, for visits that began in the range, those of 0 s included, \
         and with what they did after its end (by page, a visit counts at its entry page).",
        "Thu 11:00 Ben: views /; Thu 11:01 Ben: views /mugs; Thu 11:30 Cleo: views /mugs; \
         Thu 23:59 Anna: views /; Fri 00:01 Anna: does click",
        "60",
    )
    .over(r#"["2026-11-19","2026-11-19"]"#)
    .of_sessions(),
    metric(
        Metric::TimeOnPage,
        "time_on_page",
        "The sum of the seconds of time_on_page events (the tracker's: while the page was visible and something was done in the last 60 \
         s), divided by the different pairs of visit and page that have one.",
        "Fri 10:00 Anna: views /; Fri 10:01 Anna: does time_on_page with {\"seconds\":30}; \
         Fri 10:02 Anna: does time_on_page with {\"seconds\":15}; Fri 11:00 Ben: views /; \
         Fri 11:01 Ben: does time_on_page with {\"seconds\":20}",
        "32.5",
    ),
    metric(
        Metric::Percentage,
        "percentage",
        "The visitors of the row in percent of the visitors under the same filters without dimensions.",
        "Fri 10:00 Anna: views /; Fri 10:01 Anna: views /mugs; Fri 11:00 Ben: views /; \
         Fri 11:30 Cleo: views /; Fri 11:31 Cleo: views /mugs",
        r#"[["/",100],["/mugs",66.7]]"#,
    )
    .by("event:page"),
    metric(
        Metric::Revenue,
        "revenue",
        "The sum of the signed money changes of orders (confirmed, edited, cancelled, refunded), each at its own time, in one \
         currency, and written by the shop alone, so that it equals the orders table.",
        "Thu 10:00 Anna: views /; Thu 10:05 Anna: places order 1: 2 mug, 20.00 EUR; Fri 10:00 Ben: views /; \
         Fri 10:05 Ben: places order 2: 1 cap, 5.00 EUR; \
         Fri 11:00 Anna: gets money back for order 1: 0 mug, -2.50 EUR",
        r#"{"amount_minor":2250,"currency":"EUR"}"#,
    ),
    metric(
        Metric::Orders,
        "orders",
        "The number of orders that were confirmed, from which a cancel takes nothing away.",
        "Fri 10:00 Anna: views /; Fri 10:05 Anna: places order 1: 2 mug, 20.00 EUR; \
         Fri 10:10 Anna: places order 2: 1 cap, 5.00 EUR; Fri 11:00 Ben: views /; \
         Fri 11:05 Anna: cancels order 2: -1 cap, -5.00 EUR",
        "2",
    ),
    metric(
        Metric::Units,
        "units",
        "The number of units sold, less those of lines that were cancelled, taken out or refunded.",
        "Fri 10:00 Anna: views /; Fri 10:05 Anna: places order 1: 3 mug, 30.00 EUR; Fri 11:00 Ben: views /; \
         Fri 11:05 Ben: places order 2: 1 cap, 5.00 EUR; \
         Fri 11:30 Anna: gets money back for order 1: -1 mug, -10.00 EUR",
        "3",
    ),
    metric(
        Metric::Refunds,
        "refunds",
        "The money that was refunded, as a positive amount, at the time of the refund.",
        "Thu 10:00 Anna: views /; Thu 10:05 Anna: places order 1: 3 mug, 30.00 EUR; \
         Thu 10:06 Anna: places order 2: 1 cap, 5.00 EUR; \
         Fri 11:00 Anna: gets money back for order 1: -1 mug, -10.00 EUR; \
         Fri 11:01 Anna: gets money back for order 2: 0 cap, -1.00 EUR",
        r#"{"amount_minor":1100,"currency":"EUR"}"#,
    ),
    metric(
        Metric::AverageOrderValue,
        "average_order_value",
        "The money of confirmed orders as it was when they were confirmed, divided by their number, rounded to the smallest \
         unit.",
        "Fri 10:00 Anna: views /; Fri 10:05 Anna: places order 1: 2 mug, 20.00 EUR; Fri 11:00 Ben: views /; \
         Fri 11:05 Ben: places order 2: 1 mug, 10.00 EUR; \
         Fri 11:30 Anna: gets money back for order 1: -1 mug, -10.00 EUR",
        r#"{"amount_minor":1500,"currency":"EUR"}"#,
    ),
    metric(
        Metric::ConversionRate,
        "conversion_rate",
        "The visitors of the row who have an order there that was confirmed and came from a visit, in percent of the visitors of \
         the row, so that it is never more than 100 and an order of a till converts nobody.",
        "Fri 10:00 Anna: views /; Fri 10:05 Anna: places order 1: 2 mug, 20.00 EUR; Fri 11:00 Ben: views /; \
         Fri 11:15 a till: places order 2: 1 cap, 5.00 EUR; Fri 11:30 Cleo: views /mugs",
        "33.3",
    ),
];

/// A metric with its name, its definition, and five events of the last seven days of which it gives `gives`.
const fn metric(
    metric: Metric,
    name: &'static str,
    definition: &'static str,
    events: &'static str,
    gives: &'static str,
) -> MetricDefinition {
    MetricDefinition { metric, name, definition, of_sessions: false, example: example(name, events, gives) }
}

impl MetricDefinition {
    const fn of_sessions(self) -> Self {
        Self { of_sessions: true, ..self }
    }

    const fn by(self, dimension: &'static str) -> Self {
        Self { example: self.example.by(dimension), ..self }
    }

    const fn over(self, range: &'static str) -> Self {
        Self { example: self.example.over(range), ..self }
    }
}
