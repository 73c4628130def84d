//! `/v1/session`: the admin token or a secret key for a cookie, who is logged in, and logging out.

use std::convert::Infallible;

use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::delete;
use kassa_model::Timestamp;
use kassa_service::{
    Bare, ClientAddress, Json, Object, OverHttps, Problem, Protected, RouteClass, protected,
};
use serde::{Deserialize, Serialize};

use super::guard::{Anyone, By};
use super::refused::Refused;
use crate::cookie::{self, Transport};
use crate::kept::thing::KeptKind;
use crate::login::SESSION_SECONDS;
use crate::share::Share;
use crate::{Access, Caller, Denied, Mode, Scope, Scopes};

/// `/v1/session` and `/v1/shares/open`, class `Native`: who may ask is decided inside.
pub fn session_routes(access: Access) -> Protected {
    let methods = protected::get(read_session).post(create_session).delete(end_session);
    let open = protected::post(open_share);
    Protected::new().route("/v1/session", methods).route("/v1/shares/open", open).with_state(access)
}

/// `/v1/admin/sessions`, behind the scope `admin`.
pub(super) fn admin_routes() -> Router<Access> {
    Router::new().route("/v1/admin/sessions", delete(end_sessions))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogIn {
    token: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenShare {
    token: String,
    password: String,
}

/// What a link and its password are changed for.
#[derive(Debug, Serialize)]
struct Opened {
    token: String,
    expires_at: String,
}

/// What a share link shows; of one whose password was not given, that alone.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum SharedView {
    Locked {
        password_required: bool,
    },
    Open {
        id: String,
        name: String,
        site_id: String,
        timezone: String,
        segment: Option<String>,
        panels: Option<Vec<String>>,
        expires_at: Option<String>,
    },
}

/// Who is asking.
#[derive(Debug, Serialize)]
struct Session {
    mode: &'static str,
    signed_in: bool,
    /// `open`, `admin` (by token), `session`, `key`, `share`; absent for nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    caller: Option<&'static str>,
    /// The key's, of one who came with a key or logged in with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    scopes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<SharedView>,
}

/// How somebody comes who wants to log in.
struct Approach {
    mode: Mode,
    https: bool,
}

impl FromRequestParts<Access> for Approach {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, access: &Access) -> Result<Self, Infallible> {
        let OverHttps(https) = OverHttps::from_request_parts(parts, access).await?;
        Ok(Self { mode: access.mode_for(&parts.headers), https })
    }
}

async fn create_session(
    _: Anyone,
    State(access): State<Access>,
    ClientAddress(address): ClientAddress,
    Approach { mode, https }: Approach,
    Object(body): Object<LogIn>,
) -> Result<Response, Refused> {
    if mode == Mode::Open {
        // Nothing is locked, so there is nothing that a session would open.
        return Ok(answer(mode, Some(&Caller::Open), None));
    }
    if access.mode() == Mode::Open {
        return Err(Problem::from(Denied::Forwarded).into());
    }
    let (session, caller) = access.log_in(&body.token, address).await?;
    let cookie = cookie::set(&session.token, SESSION_SECONDS, transport(https));
    let mut response = answer(mode, Some(&caller), Some(session.expires_at));
    add_cookie(&mut response, &cookie);
    Ok(response)
}

/// Who asks, or why it is nobody.
struct Asking(Result<Caller, Denied>);

impl FromRequestParts<Access> for Asking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, access: &Access) -> Result<Self, Infallible> {
        Ok(Self(access.admit(parts, RouteClass::Native)))
    }
}

async fn read_session(
    _: Anyone,
    State(access): State<Access>,
    Asking(decided): Asking,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Refused> {
    let caller = match decided {
        Ok(caller) => Some(caller),
        Err(Denied::Password) => return Ok(answer_locked(access.mode_for(&headers))),
        Err(denied) if headers.contains_key(AUTHORIZATION) => return Err(Refused(denied.into())),
        Err(_) => None,
    };
    let ends = match caller {
        Some(Caller::Session | Caller::Key { session: true, .. }) => {
            cookie::session_of(&headers).and_then(|token| access.session_of(token)).map(|(_, ends)| ends)
        }
        _ => None,
    };
    let mode = access.mode_for(&headers);
    match caller {
        Some(Caller::Share(share)) => Ok(answer_share(&access, mode, &share)),
        other => Ok(answer(mode, other.as_ref(), ends)),
    }
}

async fn open_share(
    _: Anyone,
    State(access): State<Access>,
    ClientAddress(address): ClientAddress,
    Object(body): Object<OpenShare>,
) -> Result<Response, Refused> {
    let session = access.open_link(&body.token, body.password, address).await?;
    let opened = Opened { token: session.token, expires_at: session.expires_at.to_string() };
    Ok(([(CACHE_CONTROL, "no-store")], Json(opened)).into_response())
}

async fn end_session(
    _: Anyone,
    State(access): State<Access>,
    OverHttps(https): OverHttps,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Refused> {
    if let (Some(token), Some(_)) = (cookie::session_of(&headers), access.attached()) {
        access.log_out(token).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    add_cookie(&mut response, &cookie::set("", 0, transport(https)));
    Ok(response)
}

async fn end_sessions(by: By, State(access): State<Access>, _: Bare) -> Result<StatusCode, Refused> {
    access.log_everyone_out(by.asked(("DELETE", "/v1/admin/sessions"), &())).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn answer(mode: Mode, caller: Option<&Caller>, ends: Option<Timestamp>) -> Response {
    let scopes = match caller {
        Some(Caller::Key { scopes, .. }) => *scopes,
        Some(Caller::Share(_)) => Scopes::default(),
        Some(_) => Scopes::from_iter([Scope::Admin]),
        None => Scopes::default(),
    };
    show(Session {
        mode: name_of(mode),
        signed_in: caller.is_some(),
        caller: caller.map(kind),
        name: match caller {
            Some(Caller::Key { name, .. }) => Some(name.clone()),
            _ => None,
        },
        scopes: scopes.names(),
        expires_at: ends.map(|at| at.to_string()),
        share: None,
    })
}

fn answer_share(access: &Access, mode: Mode, share: &Share) -> Response {
    let segment = share.segment.as_deref().and_then(|id| access.kept_by_id(KeptKind::Segment, id));
    let site = access.site(&share.site);
    let timezone = site.and_then(|site| site.timezone.iana_name().map(str::to_owned));
    let expires_at = share.expires_at.map(|at| at.to_string());
    show(Session {
        mode: name_of(mode),
        signed_in: true,
        caller: Some("share"),
        name: None,
        scopes: Vec::new(),
        expires_at: expires_at.clone(),
        share: Some(SharedView::Open {
            id: share.id.clone(),
            name: share.name.clone(),
            site_id: share.site.clone(),
            timezone: timezone.unwrap_or_else(|| "UTC".to_owned()),
            segment: segment.map(|segment| segment.name.clone()),
            panels: share.panels.clone(),
            expires_at,
        }),
    })
}

fn answer_locked(mode: Mode) -> Response {
    show(Session {
        mode: name_of(mode),
        signed_in: false,
        caller: Some("share"),
        name: None,
        scopes: Vec::new(),
        expires_at: None,
        share: Some(SharedView::Locked { password_required: true }),
    })
}

fn show(session: Session) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(session)).into_response()
}

fn name_of(mode: Mode) -> &'static str {
    if mode == Mode::Open { "open" } else { "closed" }
}

fn kind(caller: &Caller) -> &'static str {
    match caller {
        Caller::Open => "open",
        Caller::Admin => "admin",
        Caller::Session | Caller::Key { session: true, .. } => "session",
        Caller::Key { session: false, .. } => "key",
        Caller::Share(_) => "share",
        Caller::Public | Caller::Internal => "none",
    }
}

fn transport(https: bool) -> Transport {
    if https { Transport::Https } else { Transport::Http }
}

fn add_cookie(response: &mut Response, cookie: &str) {
    let header: HeaderName = SET_COOKIE;
    // Our own characters only, so it always fits into a header.
    if let Ok(value) = cookie.parse() {
        response.headers_mut().insert(header, value);
    }
}
