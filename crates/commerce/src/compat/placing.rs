//! What the dialects share when they place an order: who asks, and by which visit.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use kassa_access::Caller;
use kassa_service::Problem;

use crate::catalog::{Offer, prices};
use crate::idempotency::{self, Outcome};
use crate::orders::{Customer, Details, Items, OrderAsk, Shape, Submission, SubmitError, submit};
use crate::refuse::problem_of;
use crate::shop::Shop;
use crate::visit::{ContextBody, Visit};

/// A request for an order, as far as its dialect does not matter.
#[derive(Debug)]
pub(super) struct Arrival<'a> {
    pub(super) caller: &'a Caller,
    pub(super) address: IpAddr,
    pub(super) headers: &'a HeaderMap,
    /// The method's and the route's names, for the fingerprint: a key belongs to one route.
    pub(super) route: (&'static str, &'static str),
    pub(super) key: Option<String>,
}

/// Places an order by the same function as the native API.
pub(super) async fn place(
    shop: &Arc<Shop>,
    arrival: Arrival<'_>,
    (items, name): (Items, Option<String>),
    shape: Shape,
) -> Result<Outcome, SubmitError> {
    let Arrival { caller, address, headers, route: (method, route), key } = arrival;
    let scope = match caller {
        Caller::Public | Caller::Open => format!("{}/public", shop.options.site),
        other => other.identity(),
    };
    let customer = Customer { name, ..Customer::default() };
    let (client_reference, context, details) = (None, ContextBody::default(), Details::default());
    let ask = OrderAsk { items, customer, client_reference, context, details };
    let fingerprint = idempotency::fingerprint(method, route, &ask);
    let (site, received_at) = (shop.options.site.as_str(), shop.now());
    let visit = Visit { site, address, headers, salts: None, rules: None, received_at };
    let submission = Submission::new(ask, scope, key, (shop, &visit));
    // Such clients know nothing of payments.
    submit(shop, Submission { fingerprint, payment_status: None, ..submission }, shape).await
}

/// What orders need to know of products, by their numbers; unknown ones are left out.
pub(super) async fn offers(shop: &Shop, ids: Vec<i64>) -> Result<Vec<Offer>, Problem> {
    match (&shop.catalog, &shop.remote_catalog) {
        (Some(db), _) => prices::read_by_ids(db, ids).await.map_err(|error| problem_of(&error)),
        (None, Some(remote)) => {
            let offers = remote.by_ids(&ids).await;
            offers.map_err(|error| Problem::unavailable(error.to_string(), 2))
        }
        (None, None) => Err(Problem::unavailable("no catalogue is configured", 5)),
    }
}
