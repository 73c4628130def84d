//! Who may ask about which site, and in which time zone the answer is.
//!
//! Whether a caller may read at all is the handler's first argument: `Allowed<need::Read>`, or [`Reader`] for a dialect.
//! Which site it is about stands in the question, so that [`Reports::place_of`] asks.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use jiff::tz::TimeZone;
use kassa_access::{Access, Caller, Guarded, Scope};
use kassa_service::{Permit, Problem};

use super::Reports;
use super::calendar::Place;
use super::refusal::Refusal;

impl Guarded for Reports {
    fn access(&self) -> &Access {
        &self.access
    }

    fn site(&self) -> Option<&str> {
        None
    }
}

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

impl Reports {
    /// Where and when a question about `site` is asked.
    ///
    /// # Errors
    /// 404 when there is no such site, or not for this caller.
    pub(crate) fn place_of(&self, caller: &Caller, site: &str) -> Result<Place, Refusal> {
        let place = self.lenient_place_of(caller, site)?;
        match self.access.site(site) {
            Some(_) => Ok(place),
            None => {
                let shown: String = site.chars().take(100).collect();
                Err(Refusal::NotFound(format!("no site {shown}")))
            }
        }
    }

    /// The same for the compat routes, where a site that does not exist has nothing to show, and days of UTC.
    ///
    /// # Errors
    /// 404 when the caller may not read it.
    pub(crate) fn lenient_place_of(&self, caller: &Caller, site: &str) -> Result<Place, Refusal> {
        caller.require_site(site).map_err(Refusal::Access)?;
        let zone = self.access.site(site).map_or(TimeZone::UTC, |site| site.timezone.clone());
        Ok(Place { zone, now: self.clock.now(), first: None })
    }
}
