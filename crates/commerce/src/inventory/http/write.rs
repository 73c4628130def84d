//! Stock moved by hand: received, adjusted, and from how many on it is low. With an `Idempotency-Key` only once.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kassa_access::{Allowed, Caller, need};
use kassa_db::Tx;
use kassa_service::{Object, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::by_hand::{MoveError, Moved, Movement, move_once};
use super::super::stock::{LedgerKind, QUANTITY_MAX, Refusal, Stock};
use super::super::store::{self, open};
use super::super::view::StockView;
use super::read::{inventory, sku_of, unknown};
use crate::act::{Done, Failed, Keyed, once, refuse};
use crate::catalog::NAME_CHARS_MAX;
use crate::idempotency::{self, Answer};
use crate::number::integer;
use crate::shop::Shop;
use crate::text;

/// `{"quantity":10,"reason":"delivery 77"}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveBody {
    #[serde(deserialize_with = "integer")]
    quantity: i64,
    reason: Option<String>,
}

/// `{"low_stock_at":5}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThresholdBody {
    #[serde(deserialize_with = "integer")]
    low_stock_at: i64,
}

type PathName = Result<Path<String>, PathRejection>;

/// `POST /v1/inventory/{sku}/receive {"quantity"}`: goods came in.
pub(super) async fn receive_stock(
    Allowed(caller, ..): Allowed<need::Inventory>,
    State(shop): State<Arc<Shop>>,
    path: PathName,
    headers: HeaderMap,
    Object(body): Object<MoveBody>,
) -> Result<Response, Problem> {
    let by_hand = ByHand { kind: LedgerKind::Receive, sku: sku_of(path)?, body };
    move_stock(&shop, &caller, &headers, by_hand).await
}

/// `POST /v1/inventory/{sku}/adjust {"quantity","reason"?}`: a correction, below 0 for what is gone.
pub(super) async fn adjust_stock(
    Allowed(caller, ..): Allowed<need::Inventory>,
    State(shop): State<Arc<Shop>>,
    path: PathName,
    headers: HeaderMap,
    Object(body): Object<MoveBody>,
) -> Result<Response, Problem> {
    let by_hand = ByHand { kind: LedgerKind::Adjust, sku: sku_of(path)?, body };
    move_stock(&shop, &caller, &headers, by_hand).await
}

/// `PUT /v1/inventory/{sku} {"low_stock_at"}`: from how many on the stock is low.
pub(super) async fn set_threshold(
    Allowed(caller, ..): Allowed<need::Inventory>,
    State(shop): State<Arc<Shop>>,
    path: PathName,
    headers: HeaderMap,
    Object(body): Object<ThresholdBody>,
) -> Result<Response, Problem> {
    let sku = sku_of(path)?;
    let keyed =
        Keyed::of(&caller, &headers, ("PUT", &format!("/v1/inventory/{sku}")), &body)?.looking(looks(&sku));
    let low = body.low_stock_at;
    if !(0..=QUANTITY_MAX).contains(&low) {
        let why = format!("low_stock_at must be an integer from 0 to {QUANTITY_MAX}");
        return Err(Problem::bad_request(why));
    }
    let (now, asked) = (shop.now(), sku.clone());
    let (response, done) =
        once(inventory(&shop)?, keyed, now, move |tx| match store::set_low(tx, &asked, low, now)? {
            Some(stock) => Ok((answer(&stock), Some(()))),
            None => Ok((refuse(unknown(&asked))?, None)),
        })
        .await?;
    if done.is_some() {
        shop.products.forget_stock(&sku);
    }
    Ok(response)
}

struct ByHand {
    kind: LedgerKind,
    sku: String,
    body: MoveBody,
}

impl ByHand {
    fn check(&self) -> Result<(), Problem> {
        let quantity = self.body.quantity;
        let smallest = if self.kind == LedgerKind::Receive { 1 } else { -QUANTITY_MAX };
        if quantity == 0 || !(smallest..=QUANTITY_MAX).contains(&quantity) {
            let why = format!("quantity must be an integer from {smallest} to {QUANTITY_MAX}, and not 0");
            return Err(Problem::bad_request(why));
        }
        let Some(reason) = &self.body.reason else { return Ok(()) };
        if reason.chars().count() > NAME_CHARS_MAX || reason.chars().any(char::is_control) {
            let why = format!("reason has at most {NAME_CHARS_MAX} characters and no control characters");
            return Err(Problem::bad_request(why));
        }
        Ok(())
    }
}

async fn move_stock(
    shop: &Shop,
    caller: &Caller,
    headers: &HeaderMap,
    by_hand: ByHand,
) -> Result<Response, Problem> {
    by_hand.check()?;
    let ByHand { kind, sku, body } = by_hand;
    let route = format!("/v1/inventory/{sku}/{}", kind.name());
    let keyed = Keyed::of(caller, headers, ("POST", &route), &body)?.looking(looks(&sku));
    // A reason in which there is nothing to read is none.
    let reason = body.reason.as_deref().map(text::trimmed).filter(|reason| text::is_visible(reason));
    let movement = Movement {
        reference: keyed.reference(),
        sku: sku.clone(),
        kind,
        quantity: body.quantity,
        reason: reason.map(str::to_owned),
    };
    let (began, now, low_stock_at) = (Instant::now(), shop.now(), shop.options.low_stock_at);
    // Where the catalogue is elsewhere nothing here knows which SKUs there are: goods that come in make their row.
    let opens = kind == LedgerKind::Receive && !shop.stock_is_with_catalog();
    let (response, done) = once(inventory(shop)?, keyed, now, move |tx| {
        if opens {
            open(tx, &movement.sku, low_stock_at, now)?;
        }
        moved(move_once(tx, &movement, now))
    })
    .await?;
    if done.is_some() {
        shop.stock_moved(kind, [sku.as_str()]);
        shop.stock_update_took(kind, began);
        shop.stock.pace.took(began.elapsed());
    }
    Ok(response)
}

/// How much there is of it.
fn looks(sku: &str) -> impl Fn(&mut Tx<'_>) -> Result<Value, kassa_db::Error> + Send + Sync + 'static {
    let sku = sku.to_owned();
    move |tx| Ok(store::by_sku(tx, &sku)?.map_or(Value::Null, |stock| json!(StockView::new(&stock, None))))
}

fn answer(stock: &Stock) -> Answer {
    Answer::json(StatusCode::OK, &StockView::new(stock, None))
}

fn moved(result: Result<Moved, MoveError>) -> Result<Done<()>, Failed> {
    let problem = match result {
        Ok(Moved::Now(stock)) => return Ok((answer(&stock), Some(()))),
        // The ledger knows the command for ever, and its record lived a day.
        Ok(Moved::Before(stock)) => return Ok((answer(&stock).replayed(), None)),
        Err(MoveError::Db(error)) => return Err(error.into()),
        Err(MoveError::Refused(Refusal::UnknownSku(sku))) => unknown(&sku),
        Err(MoveError::Refused(refusal)) => insufficient(&refusal),
        Err(error @ MoveError::TooMany(_)) => {
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too-much-stock", "More than can be counted")
                .detail(error.to_string())
        }
        // Not kept: under the key stands what its own request has moved.
        Err(error @ MoveError::OtherQuantity(_)) => {
            return Err(idempotency::reused().detail(error.to_string()).into());
        }
    };
    Ok((refuse(problem)?, None))
}

/// 422 `/errors/insufficient-stock`, with what is there and what was asked for.
fn insufficient(refusal: &Refusal) -> Problem {
    let problem =
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "insufficient-stock", "There is too little stock")
            .detail(refusal.to_string());
    match refusal {
        Refusal::Insufficient { sku, available, requested } => {
            problem.extra("sku", sku.as_str()).extra("available", *available).extra("requested", *requested)
        }
        Refusal::UnknownSku(sku) => problem.extra("sku", sku.as_str()),
    }
}
