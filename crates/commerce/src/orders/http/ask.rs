//! A change of an order that is asked for, carried out once per key.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::response::Response;
use kassa_db::Tx;
use kassa_model::{Timestamp, failpoint};
use kassa_service::Problem;

use super::super::answer::{changed, failed, looks, repeated};
use super::super::edges::Change;
use super::super::error::EdgeError;
use super::super::order::StockPlace;
use super::super::sources::{orders, stock_place, tell_changed};
use super::super::target::Target;
use super::caller::{PathId, order_id};
use crate::act::{Done, Failed, Keyed, once};
use crate::precondition::IfMatch;
use crate::shop::Shop;

/// Who wants something of which order.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) shop: Arc<Shop>,
    pub(super) target: Target,
    pub(super) stock: StockPlace,
    pub(super) now: Timestamp,
}

impl Ask {
    pub(super) fn new(shop: &Arc<Shop>, path: PathId, headers: &HeaderMap) -> Result<Self, Problem> {
        let stock = stock_place(shop);
        let target = Target { id: order_id(path)?, seen: IfMatch::of(headers)?, by: None };
        Ok(Self { shop: Arc::clone(shop), target, stock, now: shop.now() })
    }

    pub(super) fn route(&self, tail: &str) -> String {
        format!("/v1/orders/{}{tail}", self.target.id)
    }

    /// Carries an edge out, and shows the order.
    pub(super) async fn carry_out(
        self,
        keyed: Keyed,
        edge: impl Fn(&mut Tx<'_>, &Self) -> Result<Change, EdgeError> + Send + 'static,
    ) -> Result<Response, Problem> {
        self.answer(keyed, move |tx, ask| {
            if let Some(answer) = repeated(tx, &ask.target)? {
                return Ok((answer, None));
            }
            // A refusal that is kept must leave nothing else behind.
            match tx.savepoint(|tx| edge(tx, ask)) {
                Ok(change) => Ok((changed(&change), Some(change))),
                Err(error) => Ok::<_, Failed>((failed(error)?, None)),
            }
        })
        .await
    }

    /// Does something to the order, once per key, and tells the shop what stock it moved.
    pub(super) async fn answer(
        self,
        keyed: Keyed,
        op: impl Fn(&mut Tx<'_>, &Self) -> Result<Done<Change>, Failed> + Send + 'static,
    ) -> Result<Response, Problem> {
        failpoint::hit("orders.before_write");
        let target = Target { by: keyed.remembered(), ..self.target.clone() };
        let ask = Self { target, ..self.clone() };
        let id = self.target.id.clone();
        let keyed = keyed.looking(move |tx| looks(tx, &id));
        let (response, change) = once(orders(&self.shop)?, keyed, self.now, move |tx| op(tx, &ask)).await?;
        failpoint::hit("orders.after_commit");
        if let Some(change) = change {
            tell_changed(&self.shop, &change, self.stock);
        }
        Ok(response)
    }
}
