//! Who is let in to a native route: the first argument of its handler says what the caller must be allowed.
//!
//! ```ignore
//! async fn create_product(Allowed(caller, ..): Allowed<need::Catalog>, …)
//! ```
//! 401 without a known key or session, 403 without the scope, 404 for a key that is limited to another site than the one
//! whose data the routes show and change.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use kassa_service::{Permit, Problem, RouteClass};
use serde::Serialize;

use crate::changes::Asked;
use crate::{Access, Caller, Scope};

/// What a handler needs its caller to be allowed.
pub trait Need: Send + Sync + 'static {
    /// The scope.
    const SCOPE: Scope;
    /// Another one that does as well.
    const OR: Option<Scope> = None;
}

/// The needs, one for each [`Scope`].
pub mod need {
    use super::{Need, Scope};

    macro_rules! needs {
        ($($scope:ident: $what:literal),*) => {
            $(
                #[doc = $what]
                #[derive(Debug, Clone, Copy)]
                pub struct $scope;

                impl Need for $scope {
                    const SCOPE: Scope = Scope::$scope;
                }
            )*
        };
    }
    needs!(
        Read: "Reports, events and exports, products and stock.",
        Catalog: "To create, change and archive products.",
        Inventory: "To receive and adjust stock, and to read its ledger.",
        Orders: "Orders with their customers.",
        Admin: "Everything: the admin token, a session, or a key with the scope `admin`."
    );

    /// What is there of stock: whoever reads the shop, and whoever keeps its stock.
    #[derive(Debug, Clone, Copy)]
    pub struct Stock;

    impl Need for Stock {
        const SCOPE: Scope = Scope::Read;
        const OR: Option<Scope> = Some(Scope::Inventory);
    }
}

/// What routes belong to: whose callers they ask for, and whose data they have.
pub trait Guarded: Send + Sync + 'static {
    /// Who may do what.
    fn access(&self) -> &Access;

    /// The one site whose data the routes show and change; `None`: each request names its own, and the handler asks
    /// [`Caller::require_site`].
    fn site(&self) -> Option<&str>;
}

impl Guarded for Access {
    fn access(&self) -> &Access {
        self
    }

    fn site(&self) -> Option<&str> {
        None
    }
}

/// A caller who may do what `N` is for, and in this shop.
#[derive(Debug)]
pub struct Allowed<N>(pub Caller, pub PhantomData<N>);

impl<N: Need> Permit for Allowed<N> {}

impl<G: Guarded, N: Need> FromRequestParts<Arc<G>> for Allowed<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, guarded: &Arc<G>) -> Result<Self, Problem> {
        let caller = guarded.access().admit(parts, RouteClass::Native)?;
        if !N::OR.is_some_and(|scope| caller.may(scope)) {
            caller.require(N::SCOPE)?;
        }
        caller.require_shop(guarded.site())?;
        Ok(Self(caller, PhantomData))
    }
}

/// A caller who may ask: one with the scope `read`, or whoever has a share link, for whom the handler's store answers only what
/// the link shows.
#[derive(Debug)]
pub struct Asker(pub Caller);

impl Permit for Asker {}

impl<G: Guarded> FromRequestParts<Arc<G>> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, guarded: &Arc<G>) -> Result<Self, Problem> {
        let caller = guarded.access().admit(parts, RouteClass::Native)?;
        if !matches!(caller, Caller::Share(_)) {
            caller.require(Scope::Read)?;
            caller.require_shop(guarded.site())?;
        }
        Ok(Self(caller))
    }
}

/// Whoever calls a native route that answers everyone, also who is nobody: the handler tells them apart.
#[derive(Debug)]
pub struct Anyone;

impl Permit for Anyone {}

impl<S: Sync> FromRequestParts<S> for Anyone {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self)
    }
}

/// Who calls a route behind [`Allowed`] whose handlers do not ask themselves; `None` in a process of its own, whose callers hold the
/// folder. Its routes' state is one from which [`Access`] can be had.
#[derive(Debug)]
pub struct By(Option<Caller>);

impl By {
    /// What they ask for, if it is to be written down.
    pub fn asked(&self, request: (&str, &str), body: &impl Serialize) -> Option<Asked> {
        Asked::of(self.0.as_ref()?, request, body)
    }
}

impl<S: Sync> FromRequestParts<S> for By
where
    Access: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Access::from_ref(state).admit(parts, RouteClass::Native).ok()))
    }
}
