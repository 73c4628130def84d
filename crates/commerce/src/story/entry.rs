//! An entry of an order's story, and how it is made of what is kept.

use kassa_model::{Money, Timestamp};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::customers::{SeenEvent, SeenVisit};
use crate::notify::delivery::{Attempt, Delivery};
use crate::orders::LineDelta;
use crate::orders::fulfilments::fulfilment::Fulfilment;
use crate::orders::fulfilments::status::Stage;

/// What an event is called that tells of a search.
const SEARCHED: &str = "Products Searched";
/// What a page is called.
const PAGE: &str = "page_view";

/// Something that happened, and when.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    #[serde(serialize_with = "time")]
    pub(super) at: Timestamp,
    #[serde(flatten)]
    pub(super) what: What,
}

/// What happened; a visit comes before what happened at its time, the rest in the order of these.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum What {
    /// A visit began.
    Visit {
        source: Option<String>,
        referrer: Option<String>,
        utm_campaign: Option<String>,
        entry_page: Option<String>,
        country: Option<String>,
        device: Option<String>,
    },
    /// A page was looked at.
    Page { page: Option<String> },
    /// Something was searched for.
    Search { query: Option<String>, results: Option<i64> },
    /// Anything else that the browser or the shop said of the visit.
    Event { name: String, page: Option<String>, props: Value },
    /// The order changed; `amount` is what that changed of the revenue.
    Order {
        seq: i64,
        event: &'static str,
        amount: Option<Money>,
        lines: Vec<LineView>,
        /// What of its customer and addresses is other now.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        changed: Vec<String>,
        /// What whoever runs the shop noted.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Money came.
    Payment { reference: String, amount: Money },
    /// A parcel came so far.
    Fulfilment {
        number: i64,
        stage: &'static str,
        carrier: Option<String>,
        tracking_number: Option<String>,
        tracking_url: Option<String>,
        lines: Vec<LineView>,
    },
    /// Stock moved.
    Stock { sku: String, movement: String, quantity: i64, reference: String },
    /// Somebody is told.
    Delivery {
        id: String,
        channel: &'static str,
        event_type: String,
        target: String,
        template: Option<String>,
        state: &'static str,
        attempts: Vec<AttemptView>,
    },
}

/// So many of a product, fewer than 0 where they left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LineView {
    sku: String,
    quantity: i64,
}

/// What came of an attempt to tell.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AttemptView {
    number: i64,
    at: String,
    outcome: String,
    status: Option<i64>,
    answer: String,
}

impl Entry {
    /// Their order on the line of time.
    pub(super) fn place(&self) -> (Timestamp, u8) {
        let kind = match self.what {
            What::Visit { .. } => 0,
            What::Page { .. } | What::Search { .. } | What::Event { .. } => 1,
            What::Order { .. } => 2,
            What::Stock { .. } => 3,
            What::Payment { .. } | What::Fulfilment { .. } => 4,
            What::Delivery { .. } => 5,
        };
        (self.at, kind)
    }
}

/// The units that a change moved.
pub(super) fn lines_of(deltas: &[LineDelta]) -> Vec<LineView> {
    let moved = deltas.iter().map(|delta| (delta, delta.fulfilled.unwrap_or(delta.units_delta)));
    moved
        .filter(|(_, quantity)| *quantity != 0)
        .map(|(delta, quantity)| LineView { sku: delta.sku.clone(), quantity })
        .collect()
}

/// Each step of a parcel at its own time; when one was taken back is an event of the order.
pub(super) fn of_parcel(parcel: &Fulfilment) -> Vec<Entry> {
    let steps = [
        (Some(parcel.created_at), Stage::Packed),
        (parcel.shipped_at, Stage::Shipped),
        (parcel.delivered_at, Stage::Delivered),
    ];
    let lines =
        || parcel.lines.iter().map(|item| LineView { sku: item.sku.clone(), quantity: item.quantity });
    let step = |(at, stage): (Option<Timestamp>, Stage)| {
        let what = What::Fulfilment {
            number: parcel.number,
            stage: stage.name(),
            carrier: parcel.tracking.carrier.clone(),
            tracking_number: parcel.tracking.number.clone(),
            tracking_url: parcel.tracking.url.clone(),
            lines: lines().collect(),
        };
        at.map(|at| Entry { at, what })
    };
    steps.into_iter().filter_map(step).collect()
}

/// A delivery with its attempts, when it was made.
pub(super) fn of_delivery(delivery: Delivery, attempts: Vec<Attempt>) -> Entry {
    let view = |attempt: Attempt| AttemptView {
        number: attempt.number,
        at: attempt.at.to_string(),
        outcome: attempt.outcome,
        status: attempt.status,
        answer: attempt.answer,
    };
    let what = What::Delivery {
        id: delivery.id,
        channel: delivery.channel.name(),
        event_type: delivery.event_type,
        target: delivery.target,
        template: Some(delivery.template).filter(|template| !template.is_empty()),
        state: delivery.state.name(),
        attempts: attempts.into_iter().map(view).collect(),
    };
    Entry { at: delivery.created_at, what }
}

/// How a visit began.
pub(super) fn of_visit(visit: SeenVisit) -> Entry {
    let SeenVisit { started_at, source, referrer, utm_campaign, entry_page, country, device } = visit;
    Entry {
        at: started_at,
        what: What::Visit { source, referrer, utm_campaign, entry_page, country, device },
    }
}

/// What was said of a visit; without what the library says of itself.
pub(super) fn of_event(event: SeenEvent) -> Entry {
    let mut props: Value = serde_json::from_str(&event.props).unwrap_or_else(|_| json!({}));
    if let Some(members) = props.as_object_mut() {
        members.retain(|name, _| name != "context" && !name.starts_with('$'));
    }
    let what = match event.name.as_str() {
        PAGE => What::Page { page: event.page },
        SEARCHED => What::Search {
            query: props["query"].as_str().map(str::to_owned),
            results: props["results"].as_i64().or_else(|| props["results"].as_str()?.parse().ok()),
        },
        _ => What::Event { name: event.name, page: event.page, props },
    };
    Entry { at: event.at, what }
}

fn time<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&at.to_string())
}
