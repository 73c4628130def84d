//! Origins and hosts: which page may call a class, and the CORS headers that tell its browser so.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, AUTHORIZATION, COOKIE, HOST, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::route::{LiveOrigins, RouteClass};
use crate::{Peer, Problem, is_forwarded};

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "x-request-id, retry-after, idempotent-replayed, etag, location, content-disposition",
);
/// A day; browsers cut it to what they allow.
const MAX_AGE_SECONDS: HeaderValue = HeaderValue::from_static("86400");

/// The origins and hosts of one class.
#[derive(Debug)]
pub(super) struct Origins {
    pub(super) class: RouteClass,
    /// `None`: `Host` is not checked.
    pub(super) hosts: Option<Vec<String>>,
    pub(super) listed: Vec<String>,
    /// Every origin of the policy: what tells a host's scheme.
    pub(super) configured: Vec<String>,
    pub(super) live: Option<LiveOrigins>,
}

/// What the browser behind a request may be told.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    origin: Option<HeaderValue>,
    with_credentials: Credentials,
    varies: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Credentials {
    Allowed,
    Unmentioned,
}

impl Origins {
    /// What a request with these headers is granted, that came by `peer`.
    ///
    /// # Errors
    /// A 403 problem for a `Host` that is not ours or an origin that the class does not serve.
    pub(super) fn judge(&self, headers: &HeaderMap, peer: Option<&Peer>) -> Result<Grant, Problem> {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
        if let Some(hosts) = &self.hosts
            && !is_our_host(host, hosts)
            && !self.leaves_host_to_proxies(headers)
        {
            return Err(host_problem(host));
        }
        let Some(origin) = headers.get(ORIGIN) else { return Ok(self.grant(None)) };
        match self.class {
            RouteClass::Ingest => Ok(self.grant(Some(origin.clone()))),
            RouteClass::Probe => Ok(self.grant(None)),
            RouteClass::Internal => Err(origin_problem("this path is not for browsers")),
            RouteClass::Compat
            | RouteClass::Storefront
            | RouteClass::Form
            | RouteClass::Native
            | RouteClass::Upload => self.judge_listed(origin, host, self.schemes_of(host, headers, peer)),
        }
    }

    /// Whether `Host` is the business of a proxy that passed the request on: it is then judged as in closed mode, and needs a
    /// key. Where it may need none, nobody is believed to be a proxy: a page that was rebound to this machine says so, too.
    fn leaves_host_to_proxies(&self, headers: &HeaderMap) -> bool {
        (self.class.takes_sessions() || self.class == RouteClass::Internal) && is_forwarded(headers)
    }

    /// Whether a request of that method, granted by [`judge`](Self::judge), may change something. On native routes, which
    /// take a session's cookie, and for forms, which any page may send, a browser must say that a page of this origin is
    /// calling: `Origin` or `Sec-Fetch-Site`, one of which every browser of today sends.
    ///
    /// # Errors
    /// A 403 problem.
    pub(super) fn judge_change(&self, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
        if !self.class.is_for_own_pages() || method.is_safe() {
            return Ok(());
        }
        let by_cookie = headers.contains_key(COOKIE) && !headers.contains_key(AUTHORIZATION);
        match headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
            Some(b"same-origin" | b"none") => Ok(()),
            Some(_) => Err(origin_problem("the calling page is of another origin")),
            None if by_cookie && !headers.contains_key(ORIGIN) => Err(origin_problem(
                "a request with a cookie must say by Origin or Sec-Fetch-Site who is calling",
            )),
            None => Ok(()),
        }
    }

    /// The schemes that pages of `host` may have: what a trusted proxy says, what the configured origins of that host
    /// have, plain http on a port of this machine's own. Everything else is not known, and any will do.
    fn schemes_of(&self, host: &str, headers: &HeaderMap, peer: Option<&Peer>) -> Schemes<'_> {
        if let Some(scheme) = peer.and_then(|peer| peer.connection.scheme(headers)) {
            return Schemes::Known(vec![scheme]);
        }
        let of_host = self.configured.iter().filter_map(|known| known.split_once("://"));
        let configured: Vec<&str> = of_host
            .filter(|(_, authority)| authority.eq_ignore_ascii_case(host))
            .map(|(scheme, _)| scheme)
            .collect();
        if !configured.is_empty() {
            return Schemes::Known(configured);
        }
        let listed = |scheme: &&str| {
            let origin = format!("{scheme}://{}", host.to_ascii_lowercase());
            self.live.as_ref().is_some_and(|live| live.allow(&origin))
        };
        let live: Vec<&str> = ["http", "https"].into_iter().filter(listed).collect();
        if !live.is_empty() {
            return Schemes::Known(live);
        }
        // kassa speaks no TLS: on its own port there is none, unless somebody is between.
        let port = peer.map(|peer| peer.local_address().port());
        let direct = !is_forwarded(headers) && port.is_none_or(|port| port_of(host) == Some(port));
        if direct && is_loopback(host_name(host)) { Schemes::Known(vec!["http"]) } else { Schemes::Unknown }
    }

    fn judge_listed(&self, origin: &HeaderValue, host: &str, schemes: Schemes<'_>) -> Result<Grant, Problem> {
        let text = origin.to_str().unwrap_or("").to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://").unwrap_or_default();
        let same = !authority.is_empty() && authority == host.to_ascii_lowercase() && schemes.allow(scheme);
        let loopback = self.class == RouteClass::Compat && is_loopback(host_name(authority));
        let live = || self.live.as_ref().is_some_and(|live| live.allow(&text));
        if same || loopback || self.listed.contains(&text) || live() {
            return Ok(self.grant((!self.class.is_for_own_pages()).then(|| origin.clone())));
        }
        Err(origin_problem(
            "the origin of the calling page is not in the list of those that may use this path",
        ))
    }

    fn grant(&self, origin: Option<HeaderValue>) -> Grant {
        let ingest = self.class == RouteClass::Ingest;
        Grant {
            origin,
            with_credentials: if ingest { Credentials::Allowed } else { Credentials::Unmentioned },
            varies: ingest || matches!(self.class, RouteClass::Compat | RouteClass::Storefront),
        }
    }
}

/// The schemes of a host's pages.
enum Schemes<'a> {
    Known(Vec<&'a str>),
    Unknown,
}

impl Schemes<'_> {
    fn allow(&self, scheme: &str) -> bool {
        match self {
            Self::Known(known) => known.contains(&scheme),
            Self::Unknown => true,
        }
    }
}

impl Grant {
    /// Puts the CORS headers on an answer.
    pub(super) fn decorate(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        if self.varies {
            // Also without an Origin: a cache must not hand that answer to a page that sends one.
            headers.append(VARY, HeaderValue::from_static("origin"));
        }
        if let Some(origin) = &self.origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
            if self.with_credentials == Credentials::Allowed {
                headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            }
        }
        response
    }

    /// The answer to `OPTIONS`: 204, with what the browser asked for.
    pub(super) fn preflight(&self, asked: &HeaderMap) -> Response {
        let mut response = self.decorate(StatusCode::NO_CONTENT.into_response());
        let headers = response.headers_mut();
        headers.remove(ACCESS_CONTROL_EXPOSE_HEADERS);
        if self.origin.is_some() {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
            if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
            }
        }
        response
    }
}

fn origin_problem(detail: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "foreign-origin", "Not for pages of this origin").detail(detail)
}

fn host_problem(host: &str) -> Problem {
    let host: String = host.chars().take(100).collect();
    Problem::new(StatusCode::FORBIDDEN, "unknown-host", "Not a name of this server")
        .detail(format!(
            "{host:?} is neither a loopback name nor in server.hosts; a proxy that passes it on needs it there, or \
             access.admin_token to be set"
        ))
}

fn is_our_host(host: &str, listed: &[String]) -> bool {
    let name = host_name(host).to_ascii_lowercase();
    is_loopback(&name) || listed.iter().any(|known| *known == name || *known == host.to_ascii_lowercase())
}

/// The name without the port; IPv6 addresses without their brackets.
fn host_name(authority: &str) -> &str {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split_once(']').map_or("", |(address, _)| address);
    }
    authority.rsplit_once(':').map_or(authority, |(name, _)| name)
}

/// The port of a `Host`; 80 when it names none.
fn port_of(host: &str) -> Option<u16> {
    let rest = host.rsplit_once(']').map_or(host, |(_, rest)| rest);
    rest.rsplit_once(':').map_or(Some(80), |(_, port)| port.parse().ok())
}

fn is_loopback(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
