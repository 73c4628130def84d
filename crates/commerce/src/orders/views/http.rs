//! The routes of views.
//!
//! ```json
//! {"name":"To pack, paid","query":"payment_status=paid&fulfilment_status=unfulfilled","shared":true}
//! ```

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kassa_access::{Allowed, need};
use kassa_db::Tx;
use kassa_service::{Bare, Json, Object, Problem, Protected, protected};
use serde::{Deserialize, Serialize};

use super::super::said::{short, trimmed};
use super::view::View;
use super::{OF_OWNER_MAX, store};
use crate::act::{Failed, Keyed, once};
use crate::idempotency::Answer;
use crate::ids::{self, PathId, path_id};
use crate::page::Page;
use crate::precondition::{self, IfMatch, etag};
use crate::refuse::{here, read};
use crate::shop::Shop;

/// Characters of a name.
const NAME_CHARS_MAX: usize = 80;
/// Bytes of a query.
const QUERY_BYTES_MAX: usize = 2_048;

/// The routes; none without orders in this process.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/v1/order-views", protected::get(list_views))
        .route("/v1/order-views/{id}", protected::put(put_view).delete(delete_view))
        .with_state(shop)
}

/// The body of `PUT /v1/order-views/{uuid}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewBody {
    name: String,
    query: String,
    #[serde(default)]
    shared: bool,
}

#[derive(Debug, Serialize)]
struct ViewView {
    id: String,
    name: String,
    query: String,
    /// Whether everybody sees it.
    shared: bool,
    updated_at: String,
    /// Its ETag in quotes.
    version: i64,
}

impl From<View> for ViewView {
    fn from(View { id, owner, name, query, updated_at, version }: View) -> Self {
        Self { id, name, query, shared: owner.is_none(), updated_at: updated_at.to_string(), version }
    }
}

/// `GET /v1/order-views`: the caller's own and those of all, by their names.
async fn list_views(
    Allowed(caller, ..): Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    _: Bare,
) -> Result<Json<Page<ViewView>>, Problem> {
    let caller = caller.identity();
    let found = read(here(&shop.orders, "orders")?, move |tx| store::list(tx, &caller)).await?;
    Ok(Json(Page::whole(found.into_iter().map(ViewView::from).collect())))
}

/// `PUT /v1/order-views/{uuid} {"name","query","shared"?}`: makes or changes one. Here and below `If-Match` is optional and honoured.
async fn put_view(
    Allowed(caller, ..): Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    Object(body): Object<ViewBody>,
) -> Result<Response, Problem> {
    let id = path_id(path, unknown)?;
    let keyed = Keyed::of(&caller, &headers, ("PUT", &format!("/v1/order-views/{id}")), &body)?.unwritten();
    let wanted = IfMatch::of(&headers)?;
    let (caller, now) = (caller.identity(), shop.now());
    let missing = || Problem::bad_request("name is missing");
    let view = View {
        id,
        owner: (!body.shared).then(|| caller.clone()),
        name: short("name", Some(body.name), NAME_CHARS_MAX)?.ok_or_else(missing)?,
        query: trimmed("query", Some(body.query), QUERY_BYTES_MAX)?.unwrap_or_default(),
        updated_at: now,
        version: 1,
    };
    let done = once(here(&shop.orders, "orders")?, keyed, now, move |tx| {
        require_version(tx, &view.id, &caller, &wanted)?;
        if store::count_others(tx, &view)? >= OF_OWNER_MAX {
            return Err(Failed::from(Problem::conflict(format!("there are {OF_OWNER_MAX} views already"))));
        }
        match store::put(tx, &view, &caller)? {
            Some(version) => {
                let shown = ViewView::from(View { version, ..view.clone() });
                let answer = Answer::json(StatusCode::OK, &shown);
                Ok((answer.header(ETAG.as_str(), &etag(version)), Some(())))
            }
            None => Err(unknown(&view.id).into()),
        }
    });
    Ok(done.await?.0)
}

/// `DELETE /v1/order-views/{uuid}` → 204.
async fn delete_view(
    Allowed(caller, ..): Allowed<need::Orders>,
    State(shop): State<Arc<Shop>>,
    path: PathId,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Problem> {
    let id = path_id(path, unknown)?;
    let keyed = Keyed::of(&caller, &headers, ("DELETE", &format!("/v1/order-views/{id}")), &())?.unwritten();
    let wanted = IfMatch::of(&headers)?;
    let caller = caller.identity();
    let done = once(here(&shop.orders, "orders")?, keyed, shop.now(), move |tx| {
        require_version(tx, &id, &caller, &wanted)?;
        match store::remove(tx, &id, &caller)? {
            true => Ok((Answer::new(StatusCode::NO_CONTENT, "", String::new()), Some(()))),
            false => Err(Failed::from(unknown(&id))),
        }
    });
    Ok(done.await?.0)
}

/// Refuses a view in another version than `wanted`, also where the caller sees none any more; it stays as it is until the transaction ends.
fn require_version(tx: &mut Tx<'_>, id: &str, caller: &str, wanted: &IfMatch) -> Result<(), Failed> {
    match (store::locked(tx, id, caller)?, wanted) {
        (Some(view), _) => Ok(wanted.require(&format!("view {id}"), view.version)?),
        (None, IfMatch::Any) => Ok(()),
        (None, IfMatch::OneOf(_)) => Err(precondition::failed(format!("view {id} is no more")).into()),
    }
}

fn unknown(id: &str) -> Problem {
    ids::unknown("view", id)
}
