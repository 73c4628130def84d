//! The routes of webhooks, all of class `Native` and for admins: whoever names an endpoint is told of every order.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, ETAG, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use kassa_access::changes::{Asked, OF_SHOP};
use kassa_access::{Allowed, Caller, need};
use kassa_db::{Db, Tx};
use kassa_model::Timestamp;
use kassa_service::{Bare, Json, Object, OptionalObject, Problem, Protected, protected};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::body::{NewBody, PartBody, RotateBody};
use super::rules::{self, ENDPOINTS_MAX, KEEP_HOURS, KEEP_HOURS_MAX};
use super::view::EndpointView;
use super::{kinds, sign, store};
use crate::act::Failed;
use crate::ids::{self, PathId, path_id};
use crate::notify::delivery::Sent;
use crate::page::Page;
use crate::precondition::{IfMatch, etag};
use crate::refuse::{here, problem_of, read};
use crate::shop::Shop;

/// The routes of webhooks; none without orders in this process.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/v1/webhooks", protected::get(list_webhooks).post(create_webhook))
        .route("/v1/webhooks/{id}", protected::get(get_webhook).patch(patch_webhook).delete(delete_webhook))
        .route("/v1/webhooks/{id}/rotate", protected::post(rotate_webhook))
        .route("/v1/webhooks/{id}/test", protected::post(test_webhook))
        .with_state(shop)
}

/// What a target said to a test.
#[derive(Debug, Serialize)]
struct TestView {
    delivered: bool,
    status: Option<i64>,
    answer: String,
    took_ms: f64,
    webhook_id: String,
}

/// `POST /v1/webhooks {"url","description"?,"event_types"?}` → 201 with the secret, which is not shown again.
async fn create_webhook(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    Object(body): Object<NewBody>,
) -> Result<Response, Problem> {
    let new = body.checked(shop.hooks.options.reach)?;
    let now = shop.now();
    let asked = Asked::of(&caller, ("POST", "/v1/webhooks"), &json!({}));
    let made = database(&shop)?.write(move |tx| {
        let made = rules::create(tx, new.clone(), now)?;
        if let Some(made) = &made {
            let shown = looks(tx, &made.id, now)?;
            OF_SHOP.write_down(tx, asked.as_ref(), (&Value::Null, &shown), now)?;
        }
        Ok(made)
    });
    let made = made.await;
    let Some(made) = made.map_err(|error| problem_of(&error))? else {
        return Err(Problem::conflict(format!("there are {ENDPOINTS_MAX} webhooks, and no more may be")));
    };
    let place = format!("/v1/webhooks/{}", made.id);
    let headers = [(LOCATION, place), (CACHE_CONTROL, "no-store".to_owned())];
    Ok((StatusCode::CREATED, headers, tagged(EndpointView::with_secret(made, now))).into_response())
}

/// `GET /v1/webhooks`, the oldest first.
async fn list_webhooks(
    _: Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    _: Bare,
) -> Result<Json<Page<EndpointView>>, Problem> {
    let found = read(database(&shop)?, store::list).await?;
    let now = shop.now();
    Ok(Json(Page::whole(found.into_iter().map(|endpoint| EndpointView::new(endpoint, now)).collect())))
}

/// `GET /v1/webhooks/{id}`, with the ETag by which it is changed.
async fn get_webhook(
    _: Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    _: Bare,
) -> Result<Response, Problem> {
    let id = id(path)?;
    let wanted = id.clone();
    let found = read(database(&shop)?, move |tx| store::by_id(tx, &wanted)).await?;
    Ok(tagged(EndpointView::new(found.ok_or_else(|| unknown(&id))?, shop.now())))
}

/// `PATCH /v1/webhooks/{id} {"url"?,"description"?,"event_types"?,"enabled"?}` → 200. Here and below `If-Match` is optional and honoured.
async fn patch_webhook(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    Object(body): Object<PartBody>,
) -> Result<Response, Problem> {
    let id = id(path)?;
    let change = body.checked(shop.hooks.options.reach)?;
    let asked = Change::of(&caller, &headers, ("PATCH", ""), &id)?;
    let now = shop.now();
    let changed = asked
        .carry_out(database(&shop)?, now, move |tx, id| rules::change(tx, id, change.clone(), now))
        .await;
    shop.hooks.forget(&id);
    Ok(tagged(EndpointView::new(changed?.ok_or_else(|| unknown(&id))?, now)))
}

/// `DELETE /v1/webhooks/{id}` → 204; what waits for it will never arrive.
async fn delete_webhook(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    _: Bare,
) -> Result<StatusCode, Problem> {
    let id = id(path)?;
    let asked = Change::of(&caller, &headers, ("DELETE", ""), &id)?;
    let gone =
        asked.carry_out(database(&shop)?, shop.now(), |tx, id| Ok(store::delete(tx, id)?.then_some(())));
    let gone = gone.await;
    shop.hooks.forget(&id);
    match gone? {
        Some(()) => Ok(StatusCode::NO_CONTENT),
        None => Err(unknown(&id)),
    }
}

/// `POST /v1/webhooks/{id}/rotate {"keep_hours"?}` → 200 with the new secret, which is not shown again.
async fn rotate_webhook(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    OptionalObject(body): OptionalObject<RotateBody>,
) -> Result<Response, Problem> {
    let id = id(path)?;
    let hours = body.keep_hours.unwrap_or(KEEP_HOURS);
    if hours > KEEP_HOURS_MAX {
        return Err(Problem::bad_request(format!(
            "keep_hours must be an integer from 0 to {KEEP_HOURS_MAX}"
        )));
    }
    let asked = Change::of(&caller, &headers, ("POST", "/rotate"), &id)?;
    let now = shop.now();
    let rotated =
        asked.carry_out(database(&shop)?, now, move |tx, id| rules::rotate(tx, id, hours, now)).await;
    shop.hooks.forget(&id);
    let rotated = rotated?.ok_or_else(|| unknown(&id))?;
    Ok(([(CACHE_CONTROL, "no-store")], tagged(EndpointView::with_secret(rotated, now))).into_response())
}

/// `POST /v1/webhooks/{id}/test` → 200 with what the target said to an event of the type `WebhookTest`, sent once and now, also to
/// an endpoint that is disabled.
async fn test_webhook(
    _: Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    _: Bare,
) -> Result<Json<TestView>, Problem> {
    let id = id(path)?;
    let wanted = id.clone();
    let found = read(database(&shop)?, move |tx| store::by_id(tx, &wanted)).await?;
    let endpoint = found.ok_or_else(|| unknown(&id))?;
    let event = format!("test:{}", Uuid::now_v7());
    let body = json!({ "id": event, "type": kinds::TEST, "occurred_at": shop.now().to_string(),
        "webhook": { "id": id } });
    let begun = Instant::now();
    let sent = shop.hooks.post_to(&endpoint, (&event, Bytes::from(body.to_string()))).await;
    let took_ms = (begun.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
    let delivered = matches!(sent, Sent::Done { .. });
    let (status, answer) = (sent.status(), sent.answer().to_owned());
    Ok(Json(TestView { delivered, status, answer, took_ms, webhook_id: sign::header_id(&event) }))
}

/// A change of an endpoint that somebody asks for.
struct Change {
    asked: Option<Asked>,
    id: String,
    wanted: IfMatch,
}

impl Change {
    fn of(
        caller: &Caller,
        headers: &HeaderMap,
        (method, tail): (&str, &str),
        id: &str,
    ) -> Result<Self, Problem> {
        let path = format!("/v1/webhooks/{id}{tail}");
        let asked = Asked::of(caller, (method, &path), &json!({}));
        Ok(Self { asked, id: id.to_owned(), wanted: IfMatch::of(headers)? })
    }

    /// Makes it, and writes down what it was, in one transaction; `None` where there is no such endpoint.
    async fn carry_out<T: Send + 'static>(
        self,
        db: &Db,
        now: Timestamp,
        op: impl Fn(&mut Tx<'_>, &str) -> Result<Option<T>, kassa_db::Error> + Send + 'static,
    ) -> Result<Option<T>, Failed> {
        db.write(move |tx| {
            let Some(endpoint) = store::locked(tx, &self.id)? else { return Ok(None) };
            self.wanted.require(&format!("webhook {}", self.id), endpoint.version)?;
            let before = json!(EndpointView::new(endpoint, now));
            let done = op(tx, &self.id)?;
            if done.is_some() {
                let after = looks(tx, &self.id, now)?;
                OF_SHOP.write_down(tx, self.asked.as_ref(), (&before, &after), now)?;
            }
            Ok(done)
        })
        .await
    }
}

/// The endpoint without its secrets; `null` where there is none.
fn looks(tx: &mut Tx<'_>, id: &str, now: Timestamp) -> Result<Value, kassa_db::Error> {
    Ok(store::by_id(tx, id)?.map_or(Value::Null, |endpoint| json!(EndpointView::new(endpoint, now))))
}

/// The endpoint with its ETag.
fn tagged(shown: EndpointView) -> Response {
    ([(ETAG, etag(shown.version))], Json(shown)).into_response()
}

fn database(shop: &Shop) -> Result<&Db, Problem> {
    here(&shop.orders, "webhooks")
}

fn id(path: PathId) -> Result<String, Problem> {
    path_id(path, unknown)
}

fn unknown(id: &str) -> Problem {
    ids::unknown("webhook", id)
}
