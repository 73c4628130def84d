//! Deliveries, listed, shown with their attempts, and begun anew.
//!
//! ```json
//! {"id":"0190…","event_id":"0190…:1","event_type":"OrderConfirmed","channel":"email","target":"ann@b.test","template":"order-confirmed",
//!  "order_id":"0190…","state":"waiting","attempts":1,"next_at":"2026-11-21T05:00:05Z","created_at":"2026-11-21T05:00:00Z","done_at":null}
//! ```

use std::sync::Arc;

use axum::extract::State as Of;
use axum::http::Uri;
use kassa_access::changes::{Asked, OF_SHOP};
use kassa_access::{Allowed, need};
use kassa_db::Error;
use kassa_service::{Bare, Json, Problem, Protected, protected};
use serde::Serialize;
use serde_json::{Value, json};

use super::delivery::{Attempt, Channel, Delivery, State};
use super::staff;
use super::store::{self, Filter};
use crate::ids::{self, PathId, cursor_id, path_id};
use crate::page::{Page, Total, cut_by_id};
use crate::params::Params;
use crate::refuse::{here, problem_of, read};
use crate::shop::Shop;

const LIMIT_DEFAULT: i64 = 50;
const LIMIT_MAX: i64 = 200;

/// The routes of deliveries, and of who of the staff is told; none without orders in this process.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/v1/deliveries", protected::get(list_deliveries))
        .route("/v1/deliveries/{id}", protected::get(get_delivery))
        .route("/v1/deliveries/{id}/replay", protected::post(replay_delivery))
        .with_state(Arc::clone(&shop))
        .merge(staff::http::native_routes(shop))
}

#[derive(Debug, Serialize)]
struct DeliveryView {
    id: String,
    event_id: String,
    event_type: String,
    channel: &'static str,
    target: String,
    template: Option<String>,
    order_id: Option<String>,
    state: &'static str,
    attempts: i64,
    next_at: Option<String>,
    created_at: String,
    done_at: Option<String>,
}

/// A delivery with what it says and what came of it.
#[derive(Debug, Serialize)]
struct WholeView {
    #[serde(flatten)]
    delivery: DeliveryView,
    payload: Value,
    tried: Vec<AttemptView>,
}

#[derive(Debug, Serialize)]
struct AttemptView {
    number: i64,
    at: String,
    took_us: i64,
    outcome: String,
    status: Option<i64>,
    answer: String,
}

impl From<Delivery> for DeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            event_id: delivery.event_id,
            event_type: delivery.event_type,
            channel: delivery.channel.name(),
            target: delivery.target,
            template: Some(delivery.template).filter(|template| !template.is_empty()),
            order_id: delivery.order_id,
            state: delivery.state.name(),
            attempts: delivery.attempts,
            next_at: delivery.next_at.map(|at| at.to_string()),
            created_at: delivery.created_at.to_string(),
            done_at: delivery.done_at.map(|at| at.to_string()),
        }
    }
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        let Attempt { number, at, took_us, outcome, status, answer } = attempt;
        Self { number, at: at.to_string(), took_us, outcome, status, answer }
    }
}

/// `GET /v1/deliveries?state=&channel=&order_id=&target=&limit=&cursor=`, newest first.
async fn list_deliveries(
    _: Allowed<need::Orders>,
    Of(shop): Of<Arc<Shop>>,
    uri: Uri,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let params = Params::of(&uri, &["state", "channel", "order_id", "target", "limit", "cursor"])?;
    let filter = Filter {
        state: known(&params, "state", State::of)?,
        channel: known(&params, "channel", Channel::of)?,
        order_id: params.text("order_id").map(order_id).transpose()?,
        target: params.filter("target")?.map(str::to_owned),
        before: cursor_id(&params)?,
    };
    let limit = params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let found = read(here(&shop.orders, "deliveries")?, move |tx| store::list(tx, &filter, limit + 1));
    let mut found = found.await?;
    let next_cursor = cut_by_id(&mut found, limit, |delivery| &delivery.id);
    let results = found.into_iter().map(DeliveryView::from).collect();
    Ok(Json(Page { results, next_cursor, total: Total::default() }))
}

/// `GET /v1/deliveries/{id}`.
async fn get_delivery(
    _: Allowed<need::Orders>,
    Of(shop): Of<Arc<Shop>>,
    path: PathId,
    _: Bare,
) -> Result<Json<WholeView>, Problem> {
    let id = path_id(path, unknown)?;
    let wanted = id.clone();
    let found = read(here(&shop.orders, "deliveries")?, move |tx| {
        let Some(delivery) = store::by_id(tx, &wanted)? else { return Ok(None) };
        Ok(Some((delivery, store::attempts(tx, &wanted)?)))
    });
    let (delivery, attempts) = found.await?.ok_or_else(|| unknown(&id))?;
    let payload = serde_json::from_str(&delivery.payload).unwrap_or_default();
    let tried = attempts.into_iter().map(AttemptView::from).collect();
    Ok(Json(WholeView { delivery: delivery.into(), payload, tried }))
}

/// `POST /v1/deliveries/{id}/replay` → 200: it is sent again, under the same id.
async fn replay_delivery(
    Allowed(caller, ..): Allowed<need::Orders>,
    Of(shop): Of<Arc<Shop>>,
    path: PathId,
    _: Bare,
) -> Result<Json<DeliveryView>, Problem> {
    let id = path_id(path, unknown)?;
    let (wanted, own) = (id.clone(), shop.now());
    let asked = Asked::of(&caller, ("POST", &format!("/v1/deliveries/{id}/replay")), &json!({}));
    let done = here(&shop.orders, "deliveries")?.write(move |tx| {
        let now = tx.now(own)?;
        let begun = store::replay(tx, &wanted, now)?;
        if begun {
            OF_SHOP.write_down(tx, asked.as_ref(), (&Value::Null, &Value::Null), now)?;
        }
        Ok::<_, Error>((store::by_id(tx, &wanted)?, begun))
    });
    match done.await.map_err(|error| problem_of(&error))? {
        (Some(delivery), true) => {
            shop.told.tell();
            Ok(Json(delivery.into()))
        }
        (Some(_), false) => Err(Problem::conflict("what is pushed is there still: nothing is sent again")),
        (None, _) => Err(unknown(&id)),
    }
}

fn known<T>(params: &Params, name: &str, of: fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    let Some(text) = params.text(name) else { return Ok(None) };
    let shown: String = text.chars().take(64).collect();
    of(text).map(Some).ok_or_else(|| Problem::bad_request(format!("{name}: no delivery has {shown}")))
}

fn order_id(text: &str) -> Result<String, Problem> {
    ids::id(text).ok_or_else(|| Problem::bad_request("order_id must be a UUID"))
}

fn unknown(id: &str) -> Problem {
    ids::unknown("delivery", id)
}
