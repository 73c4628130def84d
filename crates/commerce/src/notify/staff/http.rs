//! Who of the staff is told, read and set; what is set holds from the next letter on.
//!
//! ```json
//! {"addresses":["ann@shop.test"],"topics":["new-order","stock-low"],"is_set":{"addresses":true,"topics":false},"version":1}
//! ```

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_access::{Allowed, need};
use kassa_service::{Bare, Object, Problem, Protected, protected};
use serde::Serialize;
use serde_json::json;

use super::choice::Choice;
use super::store;
use crate::act::{Keyed, once};
use crate::idempotency::Answer;
use crate::precondition::{self, IfMatch, etag};
use crate::refuse::{here, read};
use crate::shop::Shop;

/// Its path.
const PATH: &str = "/v1/admin/staff";

/// The routes; none without orders in this process.
pub fn native_routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new().route(PATH, protected::get(get_staff).put(put_staff)).with_state(shop)
}

#[derive(Debug, Serialize)]
struct StaffView {
    addresses: Vec<String>,
    topics: Vec<String>,
    is_set: IsSet,
    version: i64,
}

/// What was set, and is not as the configuration has it.
#[derive(Debug, Serialize)]
struct IsSet {
    addresses: bool,
    topics: bool,
}

impl StaffView {
    fn new(chosen: Choice, configured: &[String], version: i64) -> Self {
        let is_set = IsSet { addresses: chosen.addresses.is_some(), topics: chosen.topics.is_some() };
        let staff = chosen.over(configured);
        Self { addresses: staff.addresses, topics: staff.topics, is_set, version }
    }

    fn answer(&self) -> Answer {
        Answer::json(StatusCode::OK, self).header(ETAG.as_str(), &etag(self.version))
    }
}

/// `GET /v1/admin/staff`.
async fn get_staff(
    _: Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    _: Bare,
) -> Result<Response, Problem> {
    let (chosen, version) = read(here(&shop.orders, "mails")?, store::chosen).await?;
    Ok(StaffView::new(chosen, &shop.options.mail.staff, version).answer().into_response())
}

/// `PUT /v1/admin/staff` → 200. What is absent or null is as the configuration has it.
async fn put_staff(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Object(body): Object<Choice>,
) -> Result<Response, Problem> {
    let keyed = Keyed::of(&caller, &headers, ("PUT", PATH), &body)?;
    let keyed = keyed.looking(|tx| Ok(json!(store::chosen(tx)?.0)));
    let wanted = IfMatch::of(&headers)?;
    let choice = body.checked().map_err(Problem::bad_request)?;
    let (now, configured) = (shop.now(), shop.options.mail.staff.clone());
    let (response, _) = once(here(&shop.orders, "mails")?, keyed, now, move |tx| {
        let (_, version) = store::chosen(tx)?;
        if !wanted.allows(|given| etag(version) == given) || !store::write(tx, &choice, version, now)? {
            return Err(precondition::failed(format!("it has version {version}: read it again")).into());
        }
        Ok((StaffView::new(choice.clone(), &configured, version + 1).answer(), Some(())))
    })
    .await?;
    Ok(response)
}
