//! The routes of access: sessions, keys and sites; and what asks for a scope.

mod guard;
mod keys;
mod refused;
mod session;
mod sites;

use std::sync::Arc;

use kassa_service::Protected;

pub use guard::{Allowed, Anyone, Asker, By, Guarded, Need, need};
pub use session::session_routes;

use crate::Access;

/// `/v1/admin/keys`, `/v1/admin/sites` and `/v1/admin/sessions`, for administrators. Class `Native`; the scope is asked for here.
pub fn admin_routes(access: Access) -> Protected {
    let routes =
        keys::routes().merge(sites::routes()).merge(session::admin_routes()).with_state(access.clone());
    Protected::behind::<Allowed<need::Admin>, _>(Arc::new(access), routes)
}

#[cfg(test)]
mod tests;
