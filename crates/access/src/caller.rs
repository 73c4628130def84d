//! Who is calling: decided once per request from its headers and its route's class.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kassa_service::Problem;

use crate::secret::SecretKey;
use crate::share::Share;
use crate::store::ApiKey;
use crate::{Scope, Scopes};

/// Who is calling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Anyone on a public route (ingest, storefront, probes), or of a dialect in `compat.open`.
    Public,
    /// Anyone in open mode: may do everything.
    Open,
    /// The admin token: may do everything.
    Admin,
    /// A browser that has logged in with the admin token: may do everything on native routes, is nobody elsewhere.
    Session,
    /// Another role.
    Internal,
    /// Whoever has a share link: may ask what its panels show of its site, and has no scope.
    Share(Arc<Share>),
    /// A secret key.
    Key {
        /// Which one: a UUID, or `config:<name>`. Never used for another key.
        id: String,
        /// What the key is called.
        name: String,
        /// The only site it may read; `None`: all.
        site: Option<String>,
        /// What it may do.
        scopes: Scopes,
        /// Whether a browser that has logged in with the key asks, and not whoever has the key itself.
        session: bool,
    },
}

/// Why a caller is not let in. As an answer it is the 401 problem; the old dialects shape their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No `Authorization: Bearer`, and no session where one would do.
    #[error("send a key as \"Authorization: Bearer <key>\"")]
    Missing,
    /// A key that is not known.
    #[error("the key is not known")]
    Wrong,
    /// The same as [`Missing`](Self::Missing) in open mode, for a request that a proxy passed on.
    #[error(
        "kassa is in open mode, which is for this machine alone, and a proxy passed this request on: set access.admin_token \
         (and server.trusted_proxies to the proxy's address)"
    )]
    Forwarded,
    /// A key that is not known, from an address that has sent too many of them.
    #[error("too many wrong keys came from your address: the next one is looked at in {seconds} s")]
    Locked {
        /// Until the address is no longer locked.
        seconds: u64,
    },
    /// The token of a share link that there is no more.
    #[error("this link is not known, has ended or was revoked")]
    LinkEnded,
    /// The token of a share link that has a password.
    #[error("this link has a password: change both for a token by POST /v1/shares/open")]
    Password,
    /// No key, in a dialect that needs none, and too often.
    #[error("your address has asked too often: try again in {seconds} s")]
    TooOften {
        /// Until the next one is answered.
        seconds: u64,
    },
}

impl Denied {
    /// Whether the caller is nobody in particular, and not one who claims to be somebody.
    pub fn is_nobody(self) -> bool {
        matches!(self, Self::Missing | Self::Forwarded)
    }
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Missing | Denied::Wrong | Denied::LinkEnded | Denied::Password => {
                Self::unauthorized(denied.to_string())
            }
            Denied::Locked { seconds } | Denied::TooOften { seconds } => {
                Self::too_many_requests(seconds).detail(denied.to_string())
            }
            Denied::Forwarded => {
                let title = "Open mode serves no proxy";
                Self::new(StatusCode::FORBIDDEN, "forwarded", title).detail(denied.to_string())
            }
        }
    }
}

impl Caller {
    /// Whether the caller may do what `scope` is for. [`Public`](Self::Public) may not: a public route asks nobody.
    pub fn may(&self, scope: Scope) -> bool {
        match self {
            Self::Open | Self::Admin | Self::Session => true,
            Self::Internal => scope != Scope::Admin,
            Self::Key { scopes, .. } => scopes.allow(scope),
            Self::Public | Self::Share(_) => false,
        }
    }

    /// Refuses a caller who may not.
    ///
    /// # Errors
    /// The 403 problem.
    pub fn require(&self, scope: Scope) -> Result<(), Problem> {
        match self.may(scope) {
            true => Ok(()),
            false => Err(Problem::forbidden(format!("this needs a key with the scope {scope}"))),
        }
    }

    /// The same on a compat route, where a public caller is one whose dialect the configuration has opened.
    ///
    /// # Errors
    /// The 403 problem.
    pub fn require_by_dialect(&self, scope: Scope) -> Result<(), Problem> {
        match self {
            Self::Public => Ok(()),
            other => other.require(scope),
        }
    }

    /// Who it is, for what is kept per caller, such as idempotency keys: the same as long as the key lives, and never
    /// that of another.
    pub fn identity(&self) -> String {
        match self {
            Self::Public => "public".to_owned(),
            Self::Open => "open".to_owned(),
            Self::Admin | Self::Session => "admin".to_owned(),
            Self::Internal => "internal".to_owned(),
            Self::Key { id, .. } => format!("key:{id}"),
            Self::Share(share) => format!("share:{}", share.id),
        }
    }

    /// Whether the caller may read `site`.
    pub fn may_read(&self, site: &str) -> bool {
        self.only_site().is_none_or(|only| only == site)
    }

    /// The only site the caller may read; `None`: all. Of a key without the scope `read` it is the empty id, which no
    /// site has.
    pub fn only_site(&self) -> Option<&str> {
        match self {
            Self::Key { scopes, .. } if !scopes.allow(Scope::Read) => Some(""),
            Self::Key { site, .. } => site.as_deref(),
            Self::Share(share) => Some(&share.site),
            _ => None,
        }
    }

    /// Whether the caller may administer.
    pub fn is_admin(&self) -> bool {
        self.may(Scope::Admin)
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

    /// Refuses a key that is limited to another site than `site`, whose shop it is, as if nothing were there.
    ///
    /// # Errors
    /// The 404 problem.
    pub fn require_shop(&self, site: Option<&str>) -> Result<(), Problem> {
        match (self, site) {
            (Self::Key { site: Some(only), .. }, Some(site)) if only != site => {
                Err(Problem::not_found("nothing of this key's site here"))
            }
            _ => Ok(()),
        }
    }

    /// The same, as a browser that has logged in: it is known what a key may do, and the admin token may do everything.
    pub(crate) fn in_session(self) -> Self {
        match self {
            Self::Admin => Self::Session,
            Self::Key { id, name, site, scopes, .. } => Self::Key { id, name, site, scopes, session: true },
            other => other,
        }
    }

    pub(crate) fn of_config(key: &SecretKey) -> Self {
        let id = format!("config:{}", key.name);
        Self::Key { id, name: key.name.clone(), site: key.site.clone(), scopes: key.scopes, session: false }
    }

    pub(crate) fn of_stored(key: &ApiKey) -> Self {
        Self::Key {
            id: key.id.clone(),
            name: key.name.clone(),
            site: key.site.clone(),
            scopes: key.scopes,
            session: false,
        }
    }
}

#[cfg(test)]
mod tests;
