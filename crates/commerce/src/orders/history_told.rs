//! Orders as lines of a file that goes out: what happened to each, step by step, so that another shop can tell the same.

use std::collections::HashMap;

use kassa_db::{Error, Tx};

use super::details::{self, Addresses};
use super::edges::LineDelta;
use super::fulfilments::fulfilment::Fulfilment;
use super::fulfilments::status::Stage;
use super::history_body::{HistoryBody, LineBody, SCOPE, StepBody};
use super::order::{Line, Order, Refund, Status};
use super::payments::payment::Payment;
use super::store::Told as Event;
use super::{fulfilments, payments, store};

/// Orders of a page.
const PAGE: i64 = 100;

/// All that is known of an order.
struct Known {
    order: Order,
    addresses: Addresses,
    events: Vec<Event>,
    refunds: HashMap<String, Refund>,
    parcels: Vec<Fulfilment>,
    payments: Vec<Payment>,
}

/// The orders behind the number `after`, and the number of the last that was looked at. Those that failed or are not decided are left
/// out: nothing was sold.
pub(crate) fn page(tx: &mut Tx<'_>, after: i64) -> Result<(Vec<HistoryBody>, Option<i64>), Error> {
    let orders = store::after_number(tx, after, PAGE)?;
    let last = orders.last().map(|order| order.number);
    let sold = orders.into_iter().filter(|order| !matches!(order.status, Status::Accepted | Status::Failed));
    let told = sold.map(|order| Known::read(tx, order)).collect::<Result<Vec<_>, _>>()?;
    Ok((told.into_iter().map(Known::told).collect(), last))
}

impl Known {
    fn read(tx: &mut Tx<'_>, order: Order) -> Result<Self, Error> {
        let id = order.id.as_str();
        let refunds = store::refunds(tx, id)?.into_iter().map(|(refund, _)| (refund.id.clone(), refund));
        let refunds = refunds.collect();
        Ok(Self {
            addresses: details::store::of_order(tx, id)?,
            events: store::told(tx, id)?,
            refunds,
            parcels: fulfilments::store::of_order(tx, id)?,
            payments: payments::store::of_order(tx, id)?,
            order,
        })
    }

    fn told(self) -> HistoryBody {
        let history = self.history();
        let Self { order, addresses: (shipping, billing), payments, .. } = self;
        let reference = order.client_reference.filter(|_| order.scope == SCOPE);
        HistoryBody {
            id: Some(order.id),
            reference,
            currency: order.currency,
            customer: order.customer,
            shipping_address: shipping.map(Into::into),
            billing_address: billing.map(Into::into),
            note: order.note,
            marketing_consent: order.marketing_consent,
            source: order.source.map(|source| source.name().to_owned()),
            owed: order.payment_status.is_some() || !payments.is_empty(),
            context: Some(order.context),
            history,
        }
    }

    /// The steps; lines are those of the end, less what later edits have changed.
    fn history(&self) -> Vec<StepBody> {
        let mut lines: Vec<LineBody> = self.order.lines.iter().map(line).collect();
        let (mut steps, mut shipped) = (Vec::with_capacity(self.events.len()), Vec::new());
        let is_step = |event: &&Event| !matches!(event.kind.as_str(), "OrderAmended" | "OrderNoted");
        for event in self.events.iter().rev().filter(is_step) {
            let mut step = self.step(event, &mut shipped);
            if event.kind == "OrderEdited" {
                step.lines = Some(lines.clone());
                lines = before(lines, &event.lines);
            }
            if event.seq == 1 {
                step.lines = Some(self.ordered());
            }
            steps.push(step);
        }
        steps.reverse();
        steps
    }

    /// The lines as they were ordered, which is what was confirmed.
    fn ordered(&self) -> Vec<LineBody> {
        let confirmed = self.events.iter().find(|event| event.kind == "OrderConfirmed");
        let line = |delta: &LineDelta| LineBody {
            sku: delta.sku.clone(),
            name: Some(delta.name.clone()),
            variant_title: self.title_of(&delta.sku),
            category: delta.category.clone(),
            quantity: delta.units_delta,
            unit_price_minor: Some(delta.revenue_delta_minor / delta.units_delta.max(1)),
        };
        confirmed.iter().flat_map(|event| &event.lines).map(line).collect()
    }

    fn title_of(&self, sku: &str) -> Option<String> {
        self.order.lines.iter().find(|line| line.sku == sku)?.variant_title.clone()
    }

    fn step(&self, event: &Event, shipped: &mut Vec<i64>) -> StepBody {
        let (at, seq) = (event.at.to_string(), event.seq);
        let plain = |kind: &str| StepBody { kind: kind.to_owned(), at: at.clone(), ..StepBody::default() };
        match event.kind.as_str() {
            "OrderAccepted" => plain("accepted"),
            "OrderConfirmed" => plain("confirmed"),
            "OrderEdited" => plain("edited"),
            "OrderCancelled" => plain("cancelled"),
            "OrderPaid" => {
                let id = format!("{}/p{seq}", self.order.id);
                let payment = self.payments.iter().find(|payment| payment.id == id);
                StepBody { reference: payment.map(|payment| payment.reference.clone()), ..plain("paid") }
            }
            "OrderFulfilled" => self.handed_over(event, plain("packed"), plain("fulfilled")),
            "OrderShipped" => {
                let number = self.parcel(|parcel| {
                    parcel.shipped_at == Some(event.at) && !shipped.contains(&parcel.number)
                });
                shipped.extend(number);
                StepBody { number, ..plain("shipped") }
            }
            "OrderDelivered" => StepBody {
                number: self.parcel(|parcel| parcel.delivered_at == Some(event.at)),
                ..plain("delivered")
            },
            "OrderFulfilmentCancelled" => {
                let number =
                    self.parcel(|parcel| parcel.status == Stage::Cancelled && holds(parcel, &event.lines));
                StepBody { number, ..plain("unpacked") }
            }
            _ => self.refunded(event, plain("refunded")),
        }
    }

    fn parcel(&self, is_it: impl Fn(&Fulfilment) -> bool) -> Option<i64> {
        self.parcels.iter().find(|parcel| is_it(parcel)).map(|parcel| parcel.number)
    }

    /// A parcel that was made, or units that were handed over without one.
    fn handed_over(&self, event: &Event, packed: StepBody, fulfilled: StepBody) -> StepBody {
        let units = |line: &LineDelta| LineBody {
            sku: line.sku.clone(),
            quantity: line.fulfilled.unwrap_or(0),
            ..LineBody::default()
        };
        let lines: Vec<LineBody> = event.lines.iter().map(units).filter(|line| line.quantity > 0).collect();
        let lines = (!lines.is_empty()).then_some(lines);
        match self.parcels.iter().find(|parcel| parcel.seq == event.seq) {
            Some(parcel) => {
                let was_shipped = parcel.shipped_at == Some(parcel.created_at);
                let (tracking, step) = (&parcel.tracking, if was_shipped { fulfilled } else { packed });
                StepBody {
                    lines,
                    carrier: tracking.carrier.clone(),
                    tracking_number: tracking.number.clone(),
                    tracking_url: tracking.url.clone(),
                    ..step
                }
            }
            None => StepBody { lines, ..fulfilled },
        }
    }

    fn refunded(&self, event: &Event, step: StepBody) -> StepBody {
        let refund = self.refunds.get(&format!("{}/r{}", self.order.id, event.seq));
        match refund {
            Some(refund) if !refund.lines.is_empty() => {
                let line = |line: &super::order::RefundedLine| LineBody {
                    sku: line.sku.clone(),
                    quantity: line.quantity,
                    ..LineBody::default()
                };
                StepBody { lines: Some(refund.lines.iter().map(line).collect()), ..step }
            }
            _ => StepBody { amount_minor: Some(-event.revenue_delta_minor), ..step },
        }
    }
}

fn line(line: &Line) -> LineBody {
    LineBody {
        sku: line.sku.clone(),
        name: Some(line.name.clone()),
        variant_title: line.variant_title.clone(),
        category: line.category.clone(),
        quantity: line.quantity,
        unit_price_minor: Some(line.unit_price_minor),
    }
}

/// The lines before an edit that has changed them so.
fn before(after: Vec<LineBody>, deltas: &[LineDelta]) -> Vec<LineBody> {
    let mut lines: Vec<LineBody> = after;
    for delta in deltas {
        let known = lines.iter().position(|line| line.sku == delta.sku);
        let (units, total) = known.map_or((0, 0), |place| {
            let line = &lines[place];
            (line.quantity, line.quantity * line.unit_price_minor.unwrap_or(0))
        });
        let (units, total) = (units - delta.units_delta, total - delta.revenue_delta_minor);
        match (known, units > 0) {
            (Some(place), false) => {
                lines.remove(place);
            }
            (Some(place), true) => {
                lines[place].quantity = units;
                lines[place].unit_price_minor = Some(total / units);
            }
            (None, true) => lines.push(LineBody {
                sku: delta.sku.clone(),
                name: Some(delta.name.clone()),
                category: delta.category.clone(),
                quantity: units,
                unit_price_minor: Some(total / units),
                ..LineBody::default()
            }),
            (None, false) => {}
        }
    }
    lines
}

/// Whether what was taken back is what is in the parcel.
fn holds(parcel: &Fulfilment, deltas: &[LineDelta]) -> bool {
    let back = |sku: &str| {
        deltas.iter().filter(|delta| delta.sku == sku).filter_map(|delta| delta.fulfilled).sum::<i64>()
    };
    parcel.lines.iter().all(|line| back(&line.sku) == -line.quantity)
}
