//! An order from a checked request to its durable answer: the one way in, for the native API and for every dialect.

use std::sync::Arc;
use std::time::Instant;

use axum::http::StatusCode;
use kassa_access::changes::{Asked, OF_SHOP};
use kassa_db::{Db, Tx};
use kassa_model::{Timestamp, failpoint};
use kassa_service::Problem;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::{Shape, refused};
use super::apart::flow::{self, Closing};
use super::details::Source;
use super::link::Links;
use super::order::{Order, Status, StockPlace};
use super::payments::status::PaymentStatus;
use super::place::{Orderer, PlaceError, PlaceOrder, Placed, place};
use super::request::OrderAsk;
use super::sources::{links, orders, products, stock_place};
use crate::catalog::Offer;
use crate::idempotency::{self, Outcome, RUNNING_MICROS, Request};
use crate::inventory::{LedgerKind, Refusal};
use crate::refuse::problem_of;
use crate::shop::Shop;
use crate::visit::{Context, Visit};

/// An order as it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Submission {
    /// What was asked for.
    pub(crate) ask: OrderAsk,
    /// Whose keys and client references these are.
    pub(crate) scope: String,
    /// The `Idempotency-Key`; also the client reference, unless there is one.
    pub(crate) key: Option<String>,
    /// [`idempotency::fingerprint`] of the request.
    pub(crate) fingerprint: String,
    /// The visit that it belongs to.
    pub(crate) context: Context,
    /// Who asks.
    pub(crate) orderer: Orderer,
    /// By which way it came.
    pub(crate) source: Source,
    /// `Some` where somebody says here when it is paid.
    pub(crate) payment_status: Option<PaymentStatus>,
    /// What is written down where somebody with a login or a key places it: that they did, and nothing of its customer.
    pub(crate) asked: Option<Asked>,
}

/// Why an order was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SubmitError {
    /// The rules of orders.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Prices, stock or the queue of accepted orders are out of reach.
    #[error("{}", .0.detail_text())]
    Unavailable(Box<Problem>),
}

impl Submission {
    /// The order of `caller`, which came by `visit`.
    pub(crate) fn new(ask: OrderAsk, scope: String, key: Option<String>, visit: (&Shop, &Visit<'_>)) -> Self {
        let (shop, visit) = visit;
        let salts = shop.options.salts.as_ref().map(|salts| salts.at(visit.received_at));
        let site = shop.access.site(visit.site);
        let rules = site.as_ref().map(|site| &site.rules);
        let visit = Visit { salts: salts.as_ref(), rules, ..*visit };
        let context = Context::new(&visit, &ask.context).routed(shop.options.partition_by);
        let fingerprint = idempotency::fingerprint("POST", "/v1/orders", &ask);
        let (orderer, payment_status) = (Orderer::Known, Some(PaymentStatus::Unpaid));
        Self {
            ask,
            scope,
            key,
            fingerprint,
            context,
            orderer,
            source: Source::Api,
            payment_status,
            asked: None,
        }
    }

    fn into_order(self, shop: &Shop, products: Option<Vec<Offer>>) -> PlaceOrder {
        PlaceOrder {
            id: Uuid::now_v7().to_string(),
            items: self.ask.items,
            customer: self.ask.customer,
            scope: self.scope,
            client_reference: self.ask.client_reference.or_else(|| self.key.clone()),
            key: self.key,
            orderer: self.orderer,
            fingerprint: self.fingerprint,
            context: self.context,
            details: self.ask.details,
            source: self.source,
            products,
            currency: shop.options.currency,
            stock: stock_place(shop),
            payment_status: self.payment_status,
        }
    }
}

/// Places the order, once per key, and answers when that is durable.
///
/// # Errors
/// [`SubmitError`]; nothing is written then, or nobody knows, and the same key tells.
pub(crate) async fn submit(
    shop: &Arc<Shop>,
    submission: Submission,
    shape: Shape,
) -> Result<Outcome, SubmitError> {
    let begun = Instant::now();
    let answered = answer(shop, submission, shape, begun).await;
    shop.pace.took(begun.elapsed());
    answered
}

async fn answer(
    shop: &Arc<Shop>,
    submission: Submission,
    shape: Shape,
    begun: Instant,
) -> Result<Outcome, SubmitError> {
    let db = orders(shop)?;
    let products = products(shop, &submission.ask.items).await?;
    let (key, asked) = (submission.key.clone(), submission.asked.clone());
    let order = submission.into_order(shop, products);
    let (scope, stock) = (order.scope.clone(), order.stock);
    if stock == StockPlace::Apart {
        flow::admit(shop).await?;
    }
    let links = links(shop).await.map_err(PlaceError::from)?.clone();
    let (outcome, placed) =
        write(db, (order, key.clone(), asked), (shape, links.clone()), shop.now()).await?;
    failpoint::hit("orders.after_commit");
    shop.wake.wake();
    let is_new = !matches!(placed, Some(Placed::Existing(_)));
    let outcome = match placed {
        Some(Placed::Open(order)) if order.is_accepted() => {
            let closing = Closing { record: key.map(|key| (scope, key)), shape, links };
            let settled = flow::settle_order(shop, order, closing, begun).await;
            shop.wake.wake();
            Outcome::Fresh(settled.map_err(PlaceError::from)?)
        }
        Some(Placed::Open(order)) if stock == StockPlace::SameDatabase => {
            let tracked = order.lines.iter().filter(|line| line.tracked);
            shop.stock_moved(LedgerKind::Deduct, tracked.map(|line| line.sku.as_str()));
            shop.stock_update_took(LedgerKind::Deduct, begun);
            shop.stock.pace.took(begun.elapsed());
            outcome
        }
        _ => outcome,
    };
    match is_new {
        true => count(shop, &outcome, begun),
        false => shop.order_metrics.replayed(),
    }
    Ok(outcome)
}

/// Counts an answer by the status of its order.
fn count(shop: &Shop, outcome: &Outcome, begun: Instant) {
    match outcome {
        Outcome::Fresh(answer) => {
            let status = match answer.status {
                202 => Status::Accepted,
                200..=299 => Status::Confirmed,
                _ => Status::Failed,
            };
            shop.order_metrics.created(status, begun.elapsed());
        }
        Outcome::Replayed(_) => shop.order_metrics.replayed(),
        Outcome::InFlight | Outcome::Reused => {}
    }
}

async fn write(
    db: &Db,
    (order, key, asked): (PlaceOrder, Option<String>, Option<Asked>),
    (shape, links): (Shape, Links),
    now: Timestamp,
) -> Result<(Outcome, Option<Placed>), PlaceError> {
    failpoint::hit("orders.before_write");
    #[cfg(debug_assertions)]
    if super::sabotage::is_late() {
        return super::sabotage::write_late(db, (order, key), (shape, links), now).await;
    }
    db.write(move |tx| {
        let (scope, fingerprint) = (order.scope.as_str(), order.fingerprint.as_str());
        let request = Request { scope, key: key.as_deref(), fingerprint };
        let mut placed = None;
        let op = |tx: &mut Tx<'_>| {
            let made = place(tx, &order, now)?;
            let answer = shape(&made, &links);
            if let Placed::Open(order) = &made {
                let at = json!({ "location": format!("/v1/orders/{}", order.id) });
                OF_SHOP.write_down(tx, asked.as_ref(), (&Value::Null, &at), now)?;
            }
            placed = Some(made);
            Ok::<_, PlaceError>(answer)
        };
        let is_apart = order.stock == StockPlace::Apart;
        let deadline = is_apart.then(|| order.context.received_at.plus_micros(RUNNING_MICROS));
        let outcome = idempotency::run_until(tx, &request, (now, deadline), op)?;
        Ok((outcome, placed))
    })
    .await
}

impl Order {
    /// Whether its stock is not decided yet.
    pub(crate) fn is_accepted(&self) -> bool {
        self.status == Status::Accepted
    }
}

impl From<Problem> for SubmitError {
    fn from(problem: Problem) -> Self {
        Self::Unavailable(Box::new(problem))
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Unavailable(problem) => *problem,
            SubmitError::Place(PlaceError::Items(error)) => error.into(),
            SubmitError::Place(PlaceError::Db(error)) => problem_of(&error),
            SubmitError::Place(PlaceError::NothingKnown(sku)) => refused(&Refusal::UnknownSku(sku)),
            SubmitError::Place(PlaceError::TotalChanged(changed)) => changed.problem(),
            SubmitError::Place(error @ PlaceError::ReferenceTaken(_)) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "client-reference-reused",
                "The client reference belongs to another order",
            )
            .detail(error.to_string()),
        }
    }
}
