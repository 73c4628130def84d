//! Payments of an order that somebody marks by hand.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kassa_access::{Allowed, need};
use kassa_db::Tx;
use kassa_service::{Bare, Json, Object, Problem};
use serde::Serialize;
use serde_json::Value;

use super::super::answer::failed;
use super::super::change::{self, Before, pay};
use super::super::edges::Change;
use super::super::order::Order;
use super::super::payments::ask::{PayAsk, PaymentBody};
use super::super::payments::payment::{Moved, Payment, PaymentView};
use super::super::payments::rules::PayError;
use super::super::payments::store;
use super::super::sources::orders;
use super::super::store::by_id;
use super::ask::Ask;
use super::caller::{PathId, order_id};
use super::read::find;
use crate::act::{Done, Failed, Keyed};
use crate::idempotency::{self, Answer};
use crate::page::Page;
use crate::refuse::read;
use crate::shop::Shop;

#[derive(Debug, Serialize)]
struct OfOrder<'a> {
    order_id: &'a str,
    #[serde(flatten)]
    payment: PaymentView<'a>,
}

/// `POST /v1/orders/{uuid}/payments {"reference","amount"?}` → 201; 200 for a reference that the order has.
pub(super) async fn create_payment(
    Allowed(caller, ..): Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    Object(body): Object<PaymentBody>,
) -> Result<Response, Problem> {
    let ask = Ask::new(&shop, path, &headers)?;
    let what = body.check()?;
    let keyed = Keyed::of(&caller, &headers, ("POST", &ask.route("/payments")), &what)?;
    ask.answer(keyed, move |tx, ask| {
        if change::before(tx, &ask.target)? == Some(Before::Other) {
            return Err(idempotency::reused().into());
        }
        if let Some(answer) = known(tx, &ask.target.id, &what)? {
            return Ok((answer, None));
        }
        let made = tx.savepoint(|tx| pay(tx, &ask.target, &what, ask.now));
        if made.is_err()
            && let Some(answer) = known(tx, &ask.target.id, &what)?
        {
            // Another request with the reference was faster.
            return Ok((answer, None));
        }
        match made {
            Ok(change) => Ok((created(&change)?, Some(change))),
            Err(error) => Ok::<Done<Change>, Failed>((failed(error)?, None)),
        }
    })
    .await
}

/// `GET /v1/orders/{uuid}/payments`, in their order.
pub(super) async fn list_payments(
    _: Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    _: Bare,
) -> Result<Json<Page<Value>>, Problem> {
    let order = find(&shop, order_id(path)?).await?;
    let id = order.id.clone();
    let found = read(orders(&shop)?, move |tx| store::of_order(tx, &id)).await?;
    // Structs with named fields: serde_json always writes them.
    let view = |payment: &Payment| serde_json::to_value(OfOrder::new(&order, payment)).unwrap_or_default();
    Ok(Json(Page::whole(found.iter().map(view).collect())))
}

/// The answer where the order has a payment with this reference.
fn known(tx: &mut Tx<'_>, order_id: &str, ask: &PayAsk) -> Result<Option<Answer>, Failed> {
    let Some(payment) = store::by_reference(tx, order_id, &ask.reference)? else { return Ok(None) };
    if let Some(asked) = ask.amount.filter(|asked| *asked != payment.amount()) {
        let differs = PayError::Differs { asked, due: payment.amount() };
        return failed(differs.into()).map(Some);
    }
    let order = by_id(tx, order_id)?;
    Ok(order.map(|order| showing(StatusCode::OK, &order, &payment).replayed()))
}

fn created(change: &Change) -> Result<Answer, Failed> {
    match &change.payment {
        Some(Moved::Came(payment)) => Ok(showing(StatusCode::CREATED, &change.after, payment)),
        Some(Moved::WentBack(_)) | None => Err(Problem::internal().into()),
    }
}

fn showing(status: StatusCode, order: &Order, payment: &Payment) -> Answer {
    let view = OfOrder::new(order, payment);
    Answer::json(status, &view).header(ETAG.as_str(), &order.etag()).about(&order.id)
}

impl<'a> OfOrder<'a> {
    fn new(order: &'a Order, payment: &'a Payment) -> Self {
        Self { order_id: &order.id, payment: payment.view() }
    }
}
