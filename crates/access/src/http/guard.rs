//! The layer that asks for a scope: no handler behind it can forget to.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use kassa_service::{Problem, RouteClass};

use crate::{Access, Scope};

/// Lets in callers of class `Native` who may do what `scope` is for: 401 without a known key or session, 403 without the
/// scope. The [`Caller`](crate::Caller) is put into the request's extensions.
pub fn require_scope(access: &Access, scope: Scope, router: Router) -> Router {
    router.layer(middleware::from_fn_with_state((access.clone(), scope), admit))
}

async fn admit(State((access, scope)): State<(Access, Scope)>, mut request: Request, next: Next) -> Response {
    let caller = match access.authorize(request.headers(), RouteClass::Native) {
        Ok(caller) => caller,
        Err(denied) => return Problem::from(denied).into_response(),
    };
    if let Err(problem) = caller.require(scope) {
        return problem.into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}
