//! Lets a request in or not, by its headers and its route's class: finds the caller behind a key, a token or a session.

use std::sync::atomic::Ordering;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use kassa_model::{MICROS_PER_SECOND, Timestamp};
use kassa_service::{RouteClass, is_forwarded};

use crate::caller::{Caller, Denied};
use crate::link::is_of_link;
use crate::secret::Hash;
use crate::secret::SECRET_PREFIX;
use crate::{Access, Mode, Scope, cookie};

impl Access {
    /// Lets a request with these headers into a route of `class`, or not.
    ///
    /// # Errors
    /// [`Denied`] where the class wants a key that is absent or wrong.
    pub fn authorize(&self, headers: &HeaderMap, class: RouteClass) -> Result<Caller, Denied> {
        // Also in open mode a link shows no more than it says.
        if let (RouteClass::Native, Ok(token)) = (class, bearer(headers))
            && is_of_link(token)
        {
            return self.authorize_link(token);
        }
        let decided = match class {
            RouteClass::Ingest | RouteClass::Storefront | RouteClass::Form | RouteClass::Probe => {
                return Ok(Caller::Public);
            }
            RouteClass::Internal => return self.authorize_internal(headers),
            _ if self.mode_for(headers) == Mode::Open => return Ok(Caller::Open),
            RouteClass::Native | RouteClass::Upload if !headers.contains_key(AUTHORIZATION) => {
                self.authorize_session(headers)
            }
            RouteClass::Compat | RouteClass::Native | RouteClass::Upload => self.authorize_key(headers),
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

    /// Like [`authorize`](Self::authorize) for the compat interface of one of `dialects` (`A` to `E`), which the configuration
    /// may have opened. A key that is sent all the same must be right, and its limits hold.
    ///
    /// # Errors
    /// [`Denied`] as there.
    pub(crate) fn authorize_compat(&self, headers: &HeaderMap, dialects: &[&str]) -> Result<Caller, Denied> {
        let is_open =
            |dialect: &&str| self.compat_open().iter().any(|open| open.eq_ignore_ascii_case(dialect));
        match self.authorize(headers, RouteClass::Compat) {
            Err(denied) if denied.is_nobody() && dialects.iter().any(is_open) => Ok(Caller::Public),
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
        self.find_key(&hash).ok_or_else(|| self.unknown())
    }

    /// Whether the request shows a secret key, the admin token or a session that lives. Neither is looked for elsewhere.
    pub fn knows(&self, headers: &HeaderMap) -> bool {
        let has_key = bearer(headers).is_ok_and(|token| self.is_secret_key(token));
        has_key || cookie::session_of(headers).is_some_and(|token| self.session_of(token).is_some())
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
        self.session_of(token).map(|(caller, _)| caller).ok_or_else(|| {
            self.unknown();
            Denied::Missing
        })
    }

    /// Who logged in to the session of `token`, and when it ends, if there is one that has not: one that was opened with a key
    /// lives no longer than the key.
    pub(crate) fn session_of(&self, token: &str) -> Option<(Caller, Timestamp)> {
        let session = self.live_session(token)?;
        let caller = match session.key {
            None => Caller::Session,
            Some(key) => self.find_key(&key)?.in_session(),
        };
        Some((caller, Timestamp::from_micros(session.ends)))
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
