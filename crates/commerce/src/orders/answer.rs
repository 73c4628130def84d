//! What became of an order or an edge, as an answer of the native API.

use axum::http::StatusCode;
use axum::http::header::{ETAG, LOCATION, RETRY_AFTER};
use kassa_db::Tx;
use kassa_service::Problem;
use serde::Serialize;
use serde_json::{Value, json};

use super::apart::accepted::EditSettled;
use super::change::{self, Before};
use super::details;
use super::edges::{Change, Why};
use super::error::EdgeError;
use super::fulfil::FulfilError;
use super::link::Links;
use super::order::{Order, Status};
use super::payments::rules::PayError;
use super::place::Placed;
use super::refund::RefundError;
use super::store;
use super::target::Target;
use super::view::{Audience, OrderView};
use super::whole::Whole;
use crate::act::Failed;
use crate::idempotency::{self, Answer};
use crate::inventory::Refusal;
use crate::precondition;
use crate::refuse::problem_of;

/// Shapes what became of an order into the answer of a dialect. Its status says whether it is kept.
pub(crate) type Shape = fn(&Placed, &Links) -> Answer;

/// A new order with the link by which its buyer follows it.
#[derive(Debug, Serialize)]
struct Linked<'a> {
    #[serde(flatten)]
    order: OrderView<'a>,
    link: String,
}

/// What became of a placed order: 201, 202 or 422; 200 for one that the client reference already stood for.
pub(crate) fn shape(placed: &Placed, links: &Links) -> Answer {
    match placed {
        Placed::Open(order) => {
            let status = match order.status {
                Status::Accepted => StatusCode::ACCEPTED,
                _ => StatusCode::CREATED,
            };
            let location = format!("/v1/orders/{}", order.id);
            linked(status, order, links).header(LOCATION.as_str(), &location)
        }
        Placed::Failed(order, refusal) => {
            Answer::problem(&refused(refusal).extra("order_id", order.id.as_str())).about(&order.id)
        }
        Placed::Existing(order) => existing(order, links),
    }
}

/// How an order looks to the shop; `null` where there is none.
pub(super) fn looks(tx: &mut Tx<'_>, id: &str) -> Result<Value, kassa_db::Error> {
    let Some(order) = store::by_id(tx, id)? else { return Ok(Value::Null) };
    let (addresses, note) = (details::store::of_order(tx, id)?, store::staff_note(tx, id)?);
    Ok(json!(Whole::new(&order, addresses, note)))
}

/// The answer to whoever has placed an order.
fn linked(status: StatusCode, order: &Order, links: &Links) -> Answer {
    let shown = Linked { order: order.view(Audience::Anyone), link: links.link(&order.id) };
    Answer::json(status, &shown).header(ETAG.as_str(), &order.etag()).about(&order.id)
}

/// An answer that shows an order.
fn showing(status: StatusCode, order: &Order, audience: Audience) -> Answer {
    Answer::json(status, &order.view(audience)).header(ETAG.as_str(), &order.etag()).about(&order.id)
}

fn existing(order: &Order, links: &Links) -> Answer {
    let answer = match (order.status, order.fail_reason.as_deref()) {
        (Status::Failed, Some("unknown-sku")) => {
            let problem = unknown_sku("a product of this order was unknown");
            Answer::problem(&problem.extra("order_id", order.id.as_str()))
        }
        (Status::Failed, _) => {
            let problem = insufficient("there was too little stock for this order");
            Answer::problem(&problem.extra("order_id", order.id.as_str()))
        }
        _ => linked(StatusCode::OK, order, links),
    };
    answer.about(&order.id).replayed()
}

/// A refusal of stock as a problem of its own type.
pub(in crate::orders) fn refused(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::UnknownSku(sku) => {
            unknown_sku(format!("there is no product {sku}")).extra("sku", sku.as_str())
        }
        Refusal::Insufficient { sku, available, requested } => insufficient(refusal.to_string())
            .extra("sku", sku.as_str())
            .extra("available", *available)
            .extra("requested", *requested),
    }
}

fn unknown_sku(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-sku", "No such product").detail(detail)
}

fn insufficient(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "insufficient-stock", "Too little stock").detail(detail)
}

/// The order as the shop sees it, after an edge.
pub(super) fn changed(change: &Change) -> Answer {
    showing(StatusCode::OK, &change.after, Audience::Shop)
}

/// The answer to a request whose key has changed the order before, although that answer is no longer kept: the order as it
/// is now. Another request's refusal is not kept: under the key stands what its own request has done.
pub(super) fn repeated(tx: &mut Tx<'_>, target: &Target) -> Result<Option<Answer>, Failed> {
    Ok(match change::before(tx, target)? {
        None => None,
        Some(Before::Done(order, _)) => Some(showing(StatusCode::OK, &order, Audience::Shop).replayed()),
        Some(Before::Other) => return Err(idempotency::reused().into()),
    })
}

/// The answer to an edit of order `id` that stock has decided; `None` where it came to nothing and may be tried again.
pub(crate) fn edited(id: &str, settled: &EditSettled) -> Option<Answer> {
    match settled {
        EditSettled::Done(order) => Some(showing(StatusCode::OK, order, Audience::Shop)),
        EditSettled::Refused(refusal) => Some(Answer::problem(&refused(refusal)).about(id)),
        EditSettled::NotNow | EditSettled::Unknown => None,
    }
}

/// An edge that was not carried out: an answer that is kept, or the end of the transaction.
pub(super) fn failed(error: EdgeError) -> Result<Answer, Failed> {
    match error {
        EdgeError::Db(error) => Err(error.into()),
        other => crate::act::refuse(problem(other)),
    }
}

/// An edge that was not carried out, as a problem.
pub(super) fn problem(error: EdgeError) -> Problem {
    let detail = error.to_string();
    match error {
        EdgeError::Unknown(id) => unknown(&id),
        EdgeError::Stale { id, .. } => precondition::failed(detail).extra("order_id", id),
        EdgeError::Illegal(illegal)
        | EdgeError::Refund(RefundError::Illegal(illegal))
        | EdgeError::Fulfil(FulfilError::Illegal(illegal))
        | EdgeError::Pay(PayError::Illegal(illegal)) => {
            let problem =
                Problem::new(StatusCode::CONFLICT, "illegal-transition", "The order does not allow this now")
                    .detail(detail)
                    .extra("order_id", illegal.order_id.as_str())
                    .extra("order_status", illegal.status.name());
            match illegal.why {
                // It will, or will not, once that edit is decided.
                Why::PendingEdit => problem.header(RETRY_AFTER, "1"),
                Why::Status | Why::HasRefunds | Why::PartlyFulfilled | Why::Paid | Why::NotOwed => problem,
            }
        }
        EdgeError::Refund(_) => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "refund-exceeds-order",
            "More than what is left of the order",
        )
        .detail(detail),
        EdgeError::Fulfil(FulfilError::NoFulfilment(_)) => Problem::not_found(detail),
        EdgeError::Fulfil(FulfilError::Stage { from, .. }) => {
            Problem::new(StatusCode::CONFLICT, "illegal-transition", "The fulfilment does not allow this now")
                .detail(detail)
                .extra("fulfilment_status", from.name())
        }
        EdgeError::Pay(PayError::Differs { due, .. }) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "payment-differs", "Another amount than is owed")
                .detail(detail)
                .extra("due", serde_json::json!(due))
        }
        EdgeError::Fulfil(_) => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "fulfil-exceeds-order",
            "More than what is left of the order",
        )
        .detail(detail),
        EdgeError::Items(error) => error.into(),
        EdgeError::UnknownSku(sku) => refused(&Refusal::UnknownSku(sku)),
        EdgeError::Archived(sku) => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "archived-product",
            "The product is no longer in the catalogue",
        )
        .detail(detail)
        .extra("sku", sku),
        EdgeError::Stock(refusal) => refused(&refusal),
        EdgeError::Db(error) => problem_of(&error),
    }
}

pub(super) fn unknown(id: &str) -> Problem {
    crate::ids::unknown("order", id)
}
