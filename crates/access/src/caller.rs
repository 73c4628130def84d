//! Who is calling: decided once per request from its headers and its route's class.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::{IntoResponse, Response};
use kassa_service::{Problem, RouteClass};

use crate::secret::Hash;
use crate::{Access, Mode};

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Anyone on a public route (ingest, storefront, probes), or of a dialect in `compat.open`.
    Public,
    /// Anyone in open mode: may do everything.
    Open,
    /// The admin token: may do everything.
    Admin,
    /// Another role.
    Internal,
    /// A secret key.
    Key {
        /// What the key is called.
        name: String,
        /// The only site it may read; `None`: all.
        site: Option<String>,
    },
}

/// Why a caller is not let in. As an answer it is the 401 problem; the old dialects shape their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No `Authorization: Bearer`.
    #[error("send a key as \"Authorization: Bearer <key>\"")]
    Missing,
    /// A key that is not known.
    #[error("the key is not known")]
    Wrong,
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        Self::unauthorized(denied.to_string())
    }
}

impl Caller {
    /// Whether the caller may read `site`.
    pub fn may_read(&self, site: &str) -> bool {
        match self {
            Self::Key { site: Some(only), .. } => only == site,
            _ => true,
        }
    }

    /// The only site the caller may read; `None`: all.
    pub fn only_site(&self) -> Option<&str> {
        match self {
            Self::Key { site, .. } => site.as_deref(),
            _ => None,
        }
    }

    /// Whether the caller may administer.
    pub fn is_admin(&self) -> bool {
        matches!(self, Self::Open | Self::Admin)
    }

    /// Refuses a site that the caller may not read, as if it were not there.
    ///
    /// # Errors
    /// The 404 problem.
    pub fn require_site(&self, site: &str) -> Result<(), Problem> {
        if self.may_read(site) {
            return Ok(());
        }
        let site: String = site.chars().take(100).collect();
        Err(Problem::not_found(format!("no site {site}")))
    }
}

impl Access {
    /// Lets a request with these headers into a route of `class`, or not.
    ///
    /// # Errors
    /// [`Denied`] where the class wants a key that is absent or wrong.
    pub fn authorize(&self, headers: &HeaderMap, class: RouteClass) -> Result<Caller, Denied> {
        match class {
            RouteClass::Ingest | RouteClass::Storefront | RouteClass::Probe => Ok(Caller::Public),
            RouteClass::Internal => self.authorize_internal(headers),
            RouteClass::Compat | RouteClass::Native if self.mode() == Mode::Open => Ok(Caller::Open),
            RouteClass::Compat | RouteClass::Native => self.authorize_key(headers),
        }
    }

    /// Like [`authorize`](Self::authorize) for the compat interface of `dialect` (`A` to `E`), which the configuration
    /// may have opened. A key that is sent all the same must be right, and its limits hold.
    ///
    /// # Errors
    /// [`Denied`] as there.
    pub fn authorize_compat(&self, headers: &HeaderMap, dialect: &str) -> Result<Caller, Denied> {
        let opened = self.compat_open().iter().any(|open| open.eq_ignore_ascii_case(dialect));
        match self.authorize(headers, RouteClass::Compat) {
            Err(Denied::Missing) if opened => Ok(Caller::Public),
            decided => decided,
        }
    }

    fn authorize_internal(&self, headers: &HeaderMap) -> Result<Caller, Denied> {
        let hash = Hash::of(bearer(headers)?);
        match self.internal_token() {
            Some(token) if bool::from(token.same(&hash)) => Ok(Caller::Internal),
            _ => Err(Denied::Wrong),
        }
    }

    fn authorize_key(&self, headers: &HeaderMap) -> Result<Caller, Denied> {
        let hash = Hash::of(bearer(headers)?);
        let mut found = None;
        // Every key is compared, so that the time tells nothing about which one was near.
        for key in self.secret_keys() {
            if bool::from(key.hash.same(&hash)) {
                found = Some(Caller::Key { name: key.name.clone(), site: key.site.clone() });
            }
        }
        for token in self.admin_tokens() {
            if bool::from(token.same(&hash)) {
                found = Some(Caller::Admin);
            }
        }
        found.ok_or(Denied::Wrong)
    }
}

/// The token of `Authorization: Bearer`; the scheme in any case (RFC 9110, section 11.1).
fn bearer(headers: &HeaderMap) -> Result<&str, Denied> {
    let value = headers.get(AUTHORIZATION).ok_or(Denied::Missing)?;
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Denied::Missing)?;
    match token.trim() {
        token if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() => Ok(token),
        _ => Err(Denied::Missing),
    }
}

#[cfg(test)]
mod tests;
