//! An order put right: its customer, its addresses and the note of whoever runs the shop.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kassa_access::{Allowed, need};
use kassa_service::{Object, Problem};

use super::super::amend::{AmendBody, amend};
use super::super::answer::{failed, repeated};
use super::super::whole::Whole;
use super::ask::Ask;
use super::caller::PathId;
use crate::act::{Failed, Keyed};
use crate::idempotency::Answer;
use crate::shop::Shop;

/// `PATCH /v1/orders/{uuid} {"customer"?,"shipping_address"?,"billing_address"?,"staff_note"?}`: what is absent stays, null empties.
pub(super) async fn amend_order(
    Allowed(caller, ..): Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    Object(body): Object<AmendBody>,
) -> Result<Response, Problem> {
    let ask = Ask::new(&shop, path, &headers)?;
    let keyed = Keyed::of(&caller, &headers, ("PATCH", &ask.route("")), &body)?;
    let what = body.check()?;
    ask.answer(keyed, move |tx, ask| {
        if let Some(answer) = repeated(tx, &ask.target)? {
            return Ok((answer, None));
        }
        match tx.savepoint(|tx| amend(tx, &ask.target, &what, ask.now)) {
            Ok((amended, change)) => {
                let shown = Whole::new(&amended.order, amended.addresses, amended.note);
                let answer = Answer::json(StatusCode::OK, &shown);
                Ok((answer.header(ETAG.as_str(), &amended.order.etag()).about(&amended.order.id), change))
            }
            Err(error) => Ok::<_, Failed>((failed(error)?, None)),
        }
    })
    .await
}
