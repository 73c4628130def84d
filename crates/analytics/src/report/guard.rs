//! Who may ask in an old dialect: the first argument of its handlers, as `Allowed<need::Read>` is of the native ones.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use kassa_access::{Caller, Scope};
use kassa_service::{Permit, Problem};

use super::refusal::Refusal;
use super::reports::Reports;

/// An old dialect whose reports there are.
pub(crate) trait Dialect: Send + Sync + 'static {
    /// Its letter in `compat.open`.
    const LETTER: &'static str;
}

/// System B's.
#[derive(Debug)]
pub(crate) struct B;

impl Dialect for B {
    const LETTER: &'static str = "B";
}

/// System E's.
#[derive(Debug)]
pub(crate) struct E;

impl Dialect for E {
    const LETTER: &'static str = "E";
}

/// The letters of all of them.
pub const LETTERS: [&str; 2] = [B::LETTER, E::LETTER];

/// A caller who may read reports in the dialect `L`: with a key for it, or because the configuration has opened it.
#[derive(Debug)]
pub(crate) struct Reader<L>(pub(crate) Caller, pub(crate) PhantomData<L>);

impl<L: Dialect> Permit for Reader<L> {}

impl<L: Dialect> FromRequestParts<Arc<Reports>> for Reader<L> {
    type Rejection = InDialect;

    async fn from_request_parts(parts: &mut Parts, reports: &Arc<Reports>) -> Result<Self, InDialect> {
        let refused = |problem: Problem| InDialect(Refusal::Access(problem));
        let caller = reports.access.admit_compat(parts, &[L::LETTER]);
        let caller = caller.map_err(|denied| refused(denied.into()))?;
        caller.require_by_dialect(Scope::Read).map_err(refused)?;
        Ok(Self(caller, PhantomData))
    }
}

/// A refusal in the words of the old dialects.
#[derive(Debug)]
pub(crate) struct InDialect(Refusal);

impl IntoResponse for InDialect {
    fn into_response(self) -> Response {
        self.0.into_compat()
    }
}
