//! Who is calling: decided once per request from its headers and its route's class.

use std::sync::atomic::Ordering;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_model::MICROS_PER_SECOND;
use kassa_service::{Problem, RouteClass, is_forwarded};

use crate::manage::SECRET_PREFIX;
use crate::secret::{Hash, SecretKey};
use crate::store::ApiKey;
use crate::{Access, Mode, Scope, Scopes, cookie};

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
            Denied::Missing | Denied::Wrong => Self::unauthorized(denied.to_string()),
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
            Self::Public => false,
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

    fn of_config(key: &SecretKey) -> Self {
        let id = format!("config:{}", key.name);
        Self::Key { id, name: key.name.clone(), site: key.site.clone(), scopes: key.scopes }
    }

    fn of_stored(key: &ApiKey) -> Self {
        Self::Key { id: key.id.clone(), name: key.name.clone(), site: key.site.clone(), scopes: key.scopes }
    }
}

impl Access {
    /// Lets a request with these headers into a route of `class`, or not.
    ///
    /// # Errors
    /// [`Denied`] where the class wants a key that is absent or wrong.
    pub fn authorize(&self, headers: &HeaderMap, class: RouteClass) -> Result<Caller, Denied> {
        let decided = match class {
            RouteClass::Ingest | RouteClass::Storefront | RouteClass::Probe => return Ok(Caller::Public),
            RouteClass::Internal => return self.authorize_internal(headers),
            RouteClass::Compat | RouteClass::Native if self.mode_for(headers) == Mode::Open => {
                return Ok(Caller::Open);
            }
            RouteClass::Native if !headers.contains_key(AUTHORIZATION) => self.authorize_session(headers),
            RouteClass::Compat | RouteClass::Native => self.authorize_key(headers),
        };
        // In open mode it can only be that a proxy passed the request on.
        decided.map_err(|denied| match denied {
            Denied::Missing if self.mode() == Mode::Open => Denied::Forwarded,
            denied => denied,
        })
    }

    /// The mode by which a request with these headers is judged: a proxy on this machine lets strangers into open mode, so
    /// what was forwarded is judged as in closed mode. A gateway of kassa's own, which shows the internal token, is none.
    pub fn mode_for(&self, headers: &HeaderMap) -> Mode {
        match self.mode() {
            Mode::Open if is_forwarded(headers) && self.authorize_internal(headers).is_err() => Mode::Closed,
            mode => mode,
        }
    }

    /// Like [`authorize`](Self::authorize) for the compat interface of `dialect` (`A` to `E`), which the configuration
    /// may have opened. A key that is sent all the same must be right, and its limits hold.
    ///
    /// # Errors
    /// [`Denied`] as there.
    pub fn authorize_compat(&self, headers: &HeaderMap, dialect: &str) -> Result<Caller, Denied> {
        match self.authorize(headers, RouteClass::Compat) {
            Err(denied) if denied.is_nobody() && self.opens(&[dialect]) => Ok(Caller::Public),
            decided => decided,
        }
    }

    /// Whether the configuration has opened one of these.
    pub(crate) fn opens(&self, dialects: &[&str]) -> bool {
        let opened =
            |dialect: &&str| self.compat_open().iter().any(|open| open.eq_ignore_ascii_case(dialect));
        dialects.iter().any(opened)
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
        self.find_key(&hash).ok_or_else(|| self.unknown())
    }

    /// Whether the request shows a secret key or the admin token.
    pub fn shows_secret_key(&self, headers: &HeaderMap) -> bool {
        bearer(headers).is_ok_and(|token| self.is_secret_key(token))
    }

    /// Whether `key` is a secret key or the admin token. One that is neither is not looked for elsewhere, so that it may come with
    /// every event.
    pub fn is_secret_key(&self, key: &str) -> bool {
        !self.now().by_key.contains_key(key) && self.find_key(&Hash::of(key)).is_some()
    }

    /// Whether `key` is a secret key or looks like one, which may have been revoked or just been made elsewhere.
    pub fn looks_secret(&self, key: &str) -> bool {
        key.starts_with(SECRET_PREFIX) || self.is_secret_key(key)
    }

    /// Whether `key` is a secret key whose holder is believed about the visitors of `site`: one with the scope `collect`, and not
    /// limited to another site.
    pub fn believes(&self, key: &str, site: &str) -> bool {
        let of_site =
            |caller: &Caller| !matches!(caller, Caller::Key { site: Some(only), .. } if only != site);
        let collects = |caller: Caller| caller.may(Scope::Collect) && of_site(&caller);
        !self.now().by_key.contains_key(key) && self.find_key(&Hash::of(key)).is_some_and(collects)
    }

    /// Who shows a secret in the place of a write key.
    pub(crate) fn secret_holder(&self, key: &str) -> Option<Caller> {
        self.find_key(&Hash::of(key))
    }

    fn find_key(&self, hash: &Hash) -> Option<Caller> {
        let mut found = self.stored_key(hash);
        // Every key is compared, so that the time tells nothing about which one was near.
        for key in self.secret_keys() {
            if bool::from(key.hash.same(hash)) {
                found = Some(Caller::of_config(key));
            }
        }
        if self.is_admin_token(hash) {
            found = Some(Caller::Admin);
        }
        found
    }

    /// A key of the database. It is looked up by its hash, whose bytes nobody can choose.
    fn stored_key(&self, hash: &Hash) -> Option<Caller> {
        let attached = self.attached()?;
        let now = self.now();
        let key = now.api_keys.get(&hash.bytes())?;
        let used = attached.source.clock.now().micros();
        if used - key.used.load(Ordering::Relaxed) > MICROS_PER_SECOND {
            key.used.store(used, Ordering::Relaxed);
        }
        Some(Caller::of_stored(key))
    }

    fn authorize_session(&self, headers: &HeaderMap) -> Result<Caller, Denied> {
        let token = cookie::session_of(headers).ok_or(Denied::Missing)?;
        match self.session_ends(token) {
            Some(_) => Ok(Caller::Session),
            None => {
                self.unknown();
                Err(Denied::Missing)
            }
        }
    }

    /// A key or session that is not known may be one that another process has just made.
    #[cold]
    fn unknown(&self) -> Denied {
        if let Some(attached) = self.attached() {
            attached.wake();
        }
        Denied::Wrong
    }

    /// Whether it is the hash of a token that may do everything.
    pub(crate) fn is_admin_token(&self, hash: &Hash) -> bool {
        self.admin_tokens().fold(false, |found, token| found | bool::from(token.same(hash)))
    }
}

/// The token of `Authorization: Bearer`, if the request has one.
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    bearer(headers).ok()
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
