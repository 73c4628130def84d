//! Who calls a route of orders, and which order a path names.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kassa_access::{Caller, Scope};
use kassa_service::{Problem, RouteClass};

use super::super::answer::unknown;
pub(super) use crate::ids::PathId;
use crate::ids::path_id;
use crate::shop::Shop;

/// The UUID in a path, as it is stored. A name that no order can have is an order that there is not.
pub(super) fn order_id(path: PathId) -> Result<String, Problem> {
    path_id(path, unknown)
}

/// Who places an order: anyone, or a key that is for orders in this shop; decided before anything of a body is read.
pub(super) struct Buyer(pub(super) Caller);

impl FromRequestParts<Arc<Shop>> for Buyer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Problem> {
        let Onlooker(caller) = Onlooker::from_request_parts(parts, shop).await?;
        if caller != Caller::Public {
            require_orders(shop, &caller)?;
        }
        Ok(Self(caller))
    }
}

/// Who calls a storefront route: nobody in particular, unless a key says otherwise; one that is sent must be right.
pub(super) struct Onlooker(pub(super) Caller);

impl FromRequestParts<Arc<Shop>> for Onlooker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Problem> {
        match shop.access.admit(parts, RouteClass::Native) {
            Ok(caller) => Ok(Self(caller)),
            Err(denied) if denied.is_nobody() => Ok(Self(Caller::Public)),
            Err(wrong) => Err(wrong.into()),
        }
    }
}

/// Refuses a key that may not do what orders need, or not in this shop.
pub(super) fn require_orders(shop: &Shop, caller: &Caller) -> Result<(), Problem> {
    caller.require(Scope::Orders)?;
    caller.require_shop(Some(&shop.options.site))
}
