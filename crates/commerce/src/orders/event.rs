//! What happened to an order, as its row of the outbox: the public event, and the money that it moved.

use kassa_db::{Error, Tx};
use kassa_model::Money;
use serde::Serialize;

use super::edges::{Change, Import, LineDelta};
use super::fulfilments::fulfilment::Fulfilment;
use super::kind::ChangeKind;
use super::order::RefundedLine;
use super::payments::payment::{Moved, PaymentView};
use super::view::{Audience, OrderView};
use crate::outbox::money::MoneyRecord;
use crate::outbox::store::{self, NewRow};
use crate::sabotage::{self, Sabotage};
use crate::stored::to_json;

#[derive(Serialize)]
struct OrderEvent<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    occurred_at: String,
    order: OrderView<'a>,
    /// What was handed over; only of an `OrderFulfilled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<HandedOver<'a>>>,
    /// The parcel that was made or has come further.
    #[serde(skip_serializing_if = "Option::is_none")]
    fulfilment: Option<&'a Fulfilment>,
    /// What came; only of an `OrderPaid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<PaymentView<'a>>,
    /// What went back; only of an `OrderRefunded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    refund: Option<RefundView<'a>>,
    /// The file that tells of it: it happened before, and nobody is to be told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    imported: Option<&'a Import>,
}

#[derive(Serialize)]
struct RefundView<'a> {
    id: &'a str,
    amount: Money,
    lines: &'a [RefundedLine],
}

#[derive(Serialize)]
struct HandedOver<'a> {
    sku: &'a str,
    quantity: i64,
}

/// Writes the row of a change.
pub(super) fn record(tx: &mut Tx<'_>, change: &Change) -> Result<(), Error> {
    let order = &change.after;
    let body = to_json(&OrderEvent {
        id: &format!("{}:{}", order.id, order.last_seq),
        kind: change.kind.name(),
        occurred_at: order.updated_at.to_string(),
        order: order.view(Audience::Shop),
        lines: (change.kind == ChangeKind::Fulfilled).then(|| handed_over(&change.lines)),
        fulfilment: change.fulfilment.as_ref(),
        payment: match &change.payment {
            Some(Moved::Came(payment)) => Some(payment.view()),
            Some(Moved::WentBack(_)) | None => None,
        },
        refund: change.refund.as_ref().map(|refund| RefundView {
            id: &refund.id,
            amount: order.money(refund.amount_minor),
            lines: &refund.lines,
        }),
        imported: change.import.as_ref(),
    })?;
    let money = money_record(change).map(|money| to_json(&money)).transpose()?;
    let (event, kind) = (Some((order.id.as_str(), order.last_seq)), change.kind.name());
    // What happened long ago has waited to be published only since it is known.
    let since = change.import.as_ref().map_or(order.updated_at, |import| import.at);
    store::insert(tx, &NewRow { event, kind, body: &body, money: money.as_deref() }, since)
}

fn handed_over(lines: &[LineDelta]) -> Vec<HandedOver<'_>> {
    let units = lines.iter().map(|line| HandedOver { sku: &line.sku, quantity: line.fulfilled.unwrap_or(0) });
    units.filter(|line| line.quantity > 0).collect()
}

/// The record of a change; `None` where neither money nor units moved.
fn money_record(change: &Change) -> Option<MoneyRecord> {
    let name = change.kind.analytics_name()?;
    let order = &change.after;
    let id = match sabotage::is(Sabotage::MoneyByOrder) {
        false => format!("order:{}:{}", order.id, order.last_seq),
        true => format!("order:{}", order.id),
    };
    Some(MoneyRecord {
        id,
        name: name.to_owned(),
        occurred_at: order.updated_at,
        told_at: change.import.as_ref().map(|import| import.at),
        order_id: order.id.clone(),
        revenue_delta_minor: change.revenue_delta_minor,
        currency: order.currency.code().to_owned(),
        status: order.status.name().to_owned(),
        customer_type: order.customer_type().map(|kind| kind.name().to_owned()),
        lines: change.lines.clone(),
        context: order.context.clone(),
    })
}
