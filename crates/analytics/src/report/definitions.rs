//! What every metric and dimension means: the one list from which names are read, errors name the known ones, the
//! page of definitions is served (`GET /v1/query/definitions`) and tests are named.

use kassa_eventstore::query::{Field, Metric};
use serde_json::{Value, json};

/// A metric's wire name and meaning.
#[derive(Debug, Clone, Copy)]
pub struct MetricDefinition {
    /// What the store is asked for.
    pub metric: Metric,
    /// Its name in a query.
    pub name: &'static str,
    /// What it counts, in one or two sentences.
    pub definition: &'static str,
    /// A property of whole sessions: it cannot be grouped by event dimensions other than the page.
    pub of_sessions: bool,
}

/// Every metric that a query may ask for.
pub const METRICS: &[MetricDefinition] = &[
    metric(
        Metric::Visitors,
        "visitors",
        "Distinct visitors of events with a visit: the id that the site gives, else a hash of the day that needs no cookie. Who \
         is known as a user from the first event of a visit is the same on every day and device; who names themselves in \
         mid-visit stays, for that day, the visitor that it began with.",
    ),
    metric(
        Metric::Visits,
        "visits",
        "Distinct visits with an event in the row that began in the range; by time, each where it began. A visit ends after \
         30 minutes without an event; it is not cut at midnight. What nobody did (time_on_page, hover events, identify, group, \
         alias, and events marked \"interactive\": false) opens and extends none.",
    ),
    metric(Metric::Pageviews, "pageviews", "Events named page_view."),
    metric(Metric::Events, "events", "All events, page views among them."),
    of_sessions(
        Metric::ViewsPerVisit,
        "views_per_visit",
        "Page views of the visits that began in the range, divided by these visits.",
    ),
    of_sessions(
        Metric::BounceRate,
        "bounce_rate",
        "Percentage of visits with one page view and no interactive event, of those that began in the range. page_view, \
         time_on_page, hover events, identify, group, alias and events marked \"interactive\": false are not interactive, all \
         others are. By page, a visit counts at its entry page; by \
         time, where it began.",
    ),
    of_sessions(
        Metric::VisitDuration,
        "visit_duration",
        "Average of a visit's last minus first event, of those that extend it, in whole seconds, visits of 0 s included, of those that began in the \
         range; events after its end count. By page, a visit counts at its entry page; by time, where it began.",
    ),
    metric(
        Metric::TimeOnPage,
        "time_on_page",
        "Sum of the seconds of time_on_page events, divided by the distinct pairs of session and page that have one.",
    ),
    metric(
        Metric::Percentage,
        "percentage",
        "100 × visitors of the row / visitors under the same filters without dimensions.",
    ),
    metric(
        Metric::Revenue,
        "revenue",
        "Sum of the signed money changes of orders (confirm, edit, cancel, refund), each at its own time: a refund counts \
         on its own day. Only the shop itself writes them, so it equals the orders table. One currency at a time.",
    ),
    metric(Metric::Orders, "orders", "Orders that were confirmed; cancels do not subtract."),
    metric(
        Metric::Units,
        "units",
        "Units sold: the sum of the signed changes of all lines. Units cancelled or refunded subtract.",
    ),
    metric(Metric::Refunds, "refunds", "Money refunded, as a positive amount, on the day of the refund."),
    metric(
        Metric::AverageOrderValue,
        "average_order_value",
        "Money of confirmed orders as confirmed, divided by orders, rounded to the smallest unit.",
    ),
    metric(
        Metric::ConversionRate,
        "conversion_rate",
        "100 × visitors of the row who have an order there that was confirmed and came from a visit / visitors of the row; \
         never more than 100. An order without a visit converts nobody.",
    ),
];

/// A dimension's wire name and meaning.
#[derive(Debug, Clone)]
pub struct FieldDefinition {
    /// What the store groups and filters by.
    pub field: Field,
    /// Its name in a query.
    pub name: &'static str,
    /// What its values are.
    pub definition: &'static str,
}

/// Every dimension that is a field, without properties (`event:props:<key>`) and time.
pub const FIELDS: &[FieldDefinition] = &[
    field(Field::Name, "event:name", "The event's canonical name, such as page_view or click."),
    field(Field::Page, "event:page", "Path of the page."),
    field(Field::Hostname, "event:hostname", "Host of the page."),
    field(
        Field::EntryPage,
        "visit:entry_page",
        "Path of the visit's first event with a page. It is a fact of the visit: of that event, whenever it was.",
    ),
    field(Field::ExitPage, "visit:exit_page", "Path of the visit's last page view, whenever that was."),
    field(Field::EntryHost, "visit:hostname", "Host of the visit's first event with a page."),
    field(
        Field::Source,
        "visit:source",
        "Source of the visit's first event with a page, from referrer and campaign. An order without a visit has the source \
         (no visit).",
    ),
    field(
        Field::Channel,
        "visit:channel",
        "The way by which the visit came, by its source, utm_medium and utm_campaign: Direct, Organic Search, Paid Search, \
         Organic Social, Paid Social, Email, Referral, AI, Affiliates, Display, Video or Shopping.",
    ),
    field(Field::Referrer, "visit:referrer", "Referrer of the visit's first event with a page."),
    field(Field::UtmSource, "visit:utm_source", "utm_source of the visit's first event with a page."),
    field(Field::UtmMedium, "visit:utm_medium", "utm_medium of the visit's first event with a page."),
    field(Field::UtmCampaign, "visit:utm_campaign", "utm_campaign of the visit's first event with a page."),
    field(Field::UtmTerm, "visit:utm_term", "utm_term of the visit's first event with a page."),
    field(Field::UtmContent, "visit:utm_content", "utm_content of the visit's first event with a page."),
    field(
        Field::Device,
        "visit:device",
        "Kind of device of the visit's first event with a page: desktop, mobile, tablet.",
    ),
    field(Field::Browser, "visit:browser", "Family of the browser of the visit's first event with a page."),
    field(Field::Os, "visit:os", "Family of the operating system of the visit's first event with a page."),
    field(
        Field::Country,
        "visit:country",
        "ISO 3166-1 alpha-2 code of the country of the visit's first event with a page, if the operator supplies a GeoIP \
         file.",
    ),
    field(
        Field::Sku,
        "product:sku",
        "SKU of an order's line, for metrics of money. A refund by amount has the product (none), so that products add \
         up to the revenue.",
    ),
    field(Field::ProductName, "product:name", "Name of the product as it was when it was ordered."),
    field(
        Field::ProductCategory,
        "product:category",
        "Category of the product as it was when it was ordered.",
    ),
    field(Field::Currency, "order:currency", "ISO 4217 code of the order's currency, for metrics of money."),
    field(Field::OrderStatus, "order:status", "The status that the change led to, for metrics of money."),
];

/// The prefix of a property's dimension; the rest is a top-level key of the properties, taken literally.
pub const PROPS_PREFIX: &str = "event:props:";

/// Names of time dimensions.
pub const TIMES: &[&str] = &["time", "time:minute", "time:hour", "time:day", "time:week", "time:month"];

const OTHERS: &[(&str, &str)] = &[
    ("current visitors", "Distinct visitors of the last 5 minutes."),
    (
        "visit of an order",
        "All changes of an order belong to the visit in which it was placed, whenever they are made: its source, pages, \
         campaign, device and country are those of that visit, (none) without one.",
    ),
    (
        "currencies",
        "Amounts are in minor units and never added across currencies: where there are several, group or filter by \
         order:currency.",
    ),
    ("bots", "Events of crawlers are stored and left out of every report, unless include.bots is true."),
    ("(none)", "The value of rows that have none; as a filter value it means just these."),
    (
        "rounding",
        "Ratios are divided as integers and rounded to one decimal, halves away from zero. Over 0 they are null.",
    ),
];

/// The list as JSON: `{"metrics":[{"name","definition"}],"dimensions":[…],"others":[…]}`.
pub fn definitions() -> Value {
    let entry = |name: &str, definition: &str| json!({"name": name, "definition": definition});
    let mut dimensions: Vec<Value> = FIELDS.iter().map(|field| entry(field.name, field.definition)).collect();
    dimensions
        .push(entry("event:props:<key>", "A top-level property: its text, or its JSON if it is no string."));
    dimensions.push(entry(
        "time",
        "Buckets in the site's time zone: time:minute, time:hour, time:day, time:week (from Monday), time:month; time \
         alone chooses one that fits the range.",
    ));
    json!({
        "metrics": METRICS.iter().map(|metric| entry(metric.name, metric.definition)).collect::<Vec<_>>(),
        "dimensions": dimensions,
        "others": OTHERS.iter().map(|(name, definition)| entry(name, definition)).collect::<Vec<_>>(),
    })
}

const fn metric(metric: Metric, name: &'static str, definition: &'static str) -> MetricDefinition {
    MetricDefinition { metric, name, definition, of_sessions: false }
}

const fn of_sessions(metric: Metric, name: &'static str, definition: &'static str) -> MetricDefinition {
    MetricDefinition { metric, name, definition, of_sessions: true }
}

const fn field(field: Field, name: &'static str, definition: &'static str) -> FieldDefinition {
    FieldDefinition { field, name, definition }
}
