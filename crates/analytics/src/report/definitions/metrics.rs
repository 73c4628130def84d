//! What every metric means, with an example.

use kassa_eventstore::query::Metric;

use super::definition::MetricDefinition;
use super::example::{Example, at, example, rows};

/// Every metric that a query may ask for.
pub const METRICS: &[MetricDefinition] = &[
    metric(
        Metric::Visitors,
        "visitors",
        "The number of different visitors with a visit, told apart by the id that the site gives them, else by a hash that \
         changes every day and needs no cookie; who names themselves in mid-visit stays, for that day, the visitor that it began \
         with.",
        example(
            "visitors",
            [
                at("Thu 09:00", "Anna").views("/"),
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 10:01", "Anna").views("/mugs"),
                at("Fri 10:02", "Ben").views("/"),
                at("Fri 11:00", "Cleo").does("Newsletter Signup"),
            ],
            "3",
        ),
    ),
    metric(
        Metric::Visits,
        "visits",
        "The number of visits that began in the range (by time, in the bucket), where a visit is what one visitor does without \
         a pause of more than 30 minutes, or the session that the client names, midnight does not end it, and non-interactive \
         events neither open nor extend one.",
        example(
            "visits",
            [
                at("Thu 23:50", "Anna").views("/"),
                at("Fri 00:05", "Anna").views("/mugs"),
                at("Fri 00:40", "Anna").views("/"),
                at("Fri 10:00", "Ben").views("/"),
                at("Fri 10:29", "Ben").views("/mugs"),
            ],
            "2",
        )
        .over("\"day\""),
    ),
    metric(
        Metric::Pageviews,
        "pageviews",
        "The number of events named page_view, by which name every format's word for it is stored.",
        example(
            "pageviews",
            [
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 10:01", "Anna").does("click"),
                at("Fri 10:02", "Anna").views("/mugs"),
                at("Fri 11:00", "Ben").views("/mugs"),
                at("Fri 11:01", "Ben").does("Newsletter Signup"),
            ],
            "3",
        ),
    ),
    metric(
        Metric::Events,
        "events",
        "The number of all events, page views among them and changes of orders not.",
        example(
            "events",
            [
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 10:01", "Anna").does("click"),
                at("Fri 10:02", "Anna").orders("1", 1, "mug", 1_000),
                at("Fri 11:00", "Ben").views("/mugs"),
                at("Fri 11:01", "Ben").does("Newsletter Signup"),
            ],
            "4",
        ),
    ),
    of_sessions(
        Metric::ViewsPerVisit,
        "views_per_visit",
        "The page views of the visits that began in the range, divided by these visits.",
        example(
            "views_per_visit",
            [
                at("Thu 23:59", "Anna").views("/"),
                at("Fri 00:01", "Anna").views("/mugs"),
                at("Fri 11:00", "Ben").views("/"),
                at("Fri 11:01", "Ben").views("/mugs"),
                at("Fri 11:30", "Cleo").views("/"),
            ],
            "1.5",
        )
        .over("\"day\""),
    ),
    of_sessions(
        Metric::BounceRate,
        "bounce_rate",
        "The percentage of visits with one page view and no interactive event among those that began in the range, where \
         page_view and what is non-interactive by the word below is no interaction and all else is (by page, a visit counts at its entry page).",
        example(
            "bounce_rate",
            [
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 11:00", "Ben").views("/"),
                at("Fri 11:01", "Ben").does("click"),
                at("Fri 11:30", "Cleo").views("/mugs"),
                at("Fri 11:31", "Cleo").does("time_on_page").with(r#"{"seconds":60}"#),
            ],
            "66.7",
        ),
    ),
    of_sessions(
        Metric::VisitDuration,
        "visit_duration",
        "The average of a visit's last minus first event in seconds, of those that extend it, for visits that began in the range, those of 0 s included, \
         and with what they did after its end (by page, a visit counts at its entry page).",
        example(
            "visit_duration",
            [
                at("Thu 11:00", "Ben").views("/"),
                at("Thu 11:01", "Ben").views("/mugs"),
                at("Thu 11:30", "Cleo").views("/mugs"),
                at("Thu 23:59", "Anna").views("/"),
                at("Fri 00:01", "Anna").does("click"),
            ],
            "60",
        )
        .over(r#"["2026-11-19","2026-11-19"]"#),
    ),
    metric(
        Metric::TimeOnPage,
        "time_on_page",
        "The sum of the seconds of time_on_page events (the tracker's: while the page was visible and something was done in the last 60 \
         s), divided by the different pairs of visit and page that have one.",
        example(
            "time_on_page",
            [
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 10:01", "Anna").does("time_on_page").with(r#"{"seconds":30}"#),
                at("Fri 10:02", "Anna").does("time_on_page").with(r#"{"seconds":15}"#),
                at("Fri 11:00", "Ben").views("/"),
                at("Fri 11:01", "Ben").does("time_on_page").with(r#"{"seconds":20}"#),
            ],
            "32.5",
        ),
    ),
    metric(
        Metric::Percentage,
        "percentage",
        "The visitors of the row in percent of the visitors under the same filters without dimensions.",
        rows(
            "percentage",
            "event:page",
            [
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 10:01", "Anna").views("/mugs"),
                at("Fri 11:00", "Ben").views("/"),
                at("Fri 11:30", "Cleo").views("/"),
                at("Fri 11:31", "Cleo").views("/mugs"),
            ],
            r#"[["/",100],["/mugs",66.7]]"#,
        ),
    ),
    metric(
        Metric::Revenue,
        "revenue",
        "The sum of the signed money changes of orders (confirmed, edited, cancelled, refunded), each at its own time, in one \
         currency, and written by the shop alone, so that it equals the orders table.",
        example(
            "revenue",
            [
                at("Thu 10:00", "Anna").views("/"),
                at("Thu 10:05", "Anna").orders("1", 2, "mug", 2_000),
                at("Fri 10:00", "Ben").views("/"),
                at("Fri 10:05", "Ben").orders("2", 1, "cap", 500),
                at("Fri 11:00", "Anna").gets_back("1", 0, "mug", 250),
            ],
            r#"{"amount_minor":2250,"currency":"EUR"}"#,
        ),
    ),
    metric(
        Metric::Orders,
        "orders",
        "The number of orders that were confirmed, from which a cancel takes nothing away.",
        example(
            "orders",
            [
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 10:05", "Anna").orders("1", 2, "mug", 2_000),
                at("Fri 10:10", "Anna").orders("2", 1, "cap", 500),
                at("Fri 11:00", "Ben").views("/"),
                at("Fri 11:05", "Anna").cancels("2", 1, "cap", 500),
            ],
            "2",
        ),
    ),
    metric(
        Metric::Units,
        "units",
        "The number of units sold, less those of lines that were cancelled, taken out or refunded.",
        example(
            "units",
            [
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 10:05", "Anna").orders("1", 3, "mug", 3_000),
                at("Fri 11:00", "Ben").views("/"),
                at("Fri 11:05", "Ben").orders("2", 1, "cap", 500),
                at("Fri 11:30", "Anna").gets_back("1", 1, "mug", 1_000),
            ],
            "3",
        ),
    ),
    metric(
        Metric::Refunds,
        "refunds",
        "The money that was refunded, as a positive amount, at the time of the refund.",
        example(
            "refunds",
            [
                at("Thu 10:00", "Anna").views("/"),
                at("Thu 10:05", "Anna").orders("1", 3, "mug", 3_000),
                at("Thu 10:06", "Anna").orders("2", 1, "cap", 500),
                at("Fri 11:00", "Anna").gets_back("1", 1, "mug", 1_000),
                at("Fri 11:01", "Anna").gets_back("2", 0, "cap", 100),
            ],
            r#"{"amount_minor":1100,"currency":"EUR"}"#,
        ),
    ),
    metric(
        Metric::AverageOrderValue,
        "average_order_value",
        "The money of confirmed orders as it was when they were confirmed, divided by their number, rounded to the smallest \
         unit.",
        example(
            "average_order_value",
            [
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 10:05", "Anna").orders("1", 2, "mug", 2_000),
                at("Fri 11:00", "Ben").views("/"),
                at("Fri 11:05", "Ben").orders("2", 1, "mug", 1_000),
                at("Fri 11:30", "Anna").gets_back("1", 1, "mug", 1_000),
            ],
            r#"{"amount_minor":1500,"currency":"EUR"}"#,
        ),
    ),
    metric(
        Metric::ConversionRate,
        "conversion_rate",
        "The visitors of the row who have an order there that was confirmed and came from a visit, in percent of the visitors of \
         the row, so that it is never more than 100 and an order of a till converts nobody.",
        example(
            "conversion_rate",
            [
                at("Fri 10:00", "Anna").views("/"),
                at("Fri 10:05", "Anna").orders("1", 2, "mug", 2_000),
                at("Fri 11:00", "Ben").views("/"),
                at("Fri 11:15", "a till").orders("2", 1, "cap", 500),
                at("Fri 11:30", "Cleo").views("/mugs"),
            ],
            "33.3",
        ),
    ),
];

const fn metric(
    metric: Metric,
    name: &'static str,
    definition: &'static str,
    example: Example,
) -> MetricDefinition {
    MetricDefinition { metric, name, definition, of_sessions: false, example }
}

const fn of_sessions(
    of: Metric,
    name: &'static str,
    definition: &'static str,
    example: Example,
) -> MetricDefinition {
    MetricDefinition { of_sessions: true, ..metric(of, name, definition, example) }
}
