//! Who reads the catalogue: anyone, and whoever may change it sees more.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use kassa_access::Scope;
use kassa_service::{Problem, RouteClass};

use super::super::view::Sight;
use crate::shop::Shop;

/// What the caller may see. A key that is wrong, or for another shop, shows what nobody in particular sees.
pub(super) struct Reader(pub(super) Sight);

impl FromRequestParts<Arc<Shop>> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Problem> {
        let caller = shop.access.admit(parts, RouteClass::Native);
        let is_full = caller.is_ok_and(|caller| {
            caller.may(Scope::Catalog) && caller.require_shop(Some(&shop.options.site)).is_ok()
        });
        Ok(Self(if is_full { Sight::Full } else { Sight::Public }))
    }
}
