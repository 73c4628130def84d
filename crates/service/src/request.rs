//! What the server knows of a request beside its bytes: the connection it came by and its id.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use crate::http::connection::Connection;
use crate::http::held::Until;
use crate::problem::Problem;
use crate::request_id::RequestId;

/// The connection and id of a request, found in its extensions when [`crate::http::Server`] serves it.
#[derive(Debug, Clone)]
pub struct Peer {
    pub(crate) connection: Arc<Connection>,
    pub(crate) id: RequestId,
}

impl Peer {
    /// The other end of the TCP connection; behind a proxy, the proxy. See [`crate::ClientAddress`] for the client.
    pub fn address(&self) -> SocketAddr {
        self.connection.peer
    }

    /// The address of ours that was connected to: its port settles ties between dialects.
    pub fn local_address(&self) -> SocketAddr {
        self.connection.local
    }

    /// The client's address: `X-Forwarded-For` counts only from trusted proxies.
    pub fn client_address(&self, headers: &HeaderMap) -> IpAddr {
        self.connection.client_address(headers)
    }

    /// Whether the client speaks https to a trusted proxy: `X-Forwarded-Proto` counts from nobody else.
    pub fn is_https(&self, headers: &HeaderMap) -> bool {
        self.connection.is_https(headers)
    }

    /// Lets the server send `answer` once `until` is done, or else the problem that it ends with. The layers see `answer` on
    /// its way out. A problem gets its headers, those of the layers included, except for type and length of the body; they
    /// replace what is there. A handler returns what it gives, and calls it at most once. When the client goes away, `until`
    /// is dropped.
    #[must_use]
    pub fn hold_back(
        &self,
        answer: Response,
        until: impl Future<Output = Result<(), Problem>> + Send + 'static,
    ) -> Response {
        self.connection.note_until(Until::new(until));
        answer
    }

    /// The request's id.
    pub fn request_id(&self) -> &RequestId {
        &self.id
    }
}

/// Extracts the client's address. A router called directly, without our server, sees 127.0.0.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address of the client of this request.
    pub fn of(parts: &Parts) -> IpAddr {
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let peer = parts.extensions.get::<Peer>();
        peer.map_or(local, |peer| peer.client_address(&parts.headers))
    }
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Self::of(parts)))
    }
}

/// Extracts whether the client speaks https, by the word of a trusted proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverHttps(pub bool);

impl<S: Sync> FromRequestParts<S> for OverHttps {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<Peer>();
        Ok(Self(peer.is_some_and(|peer| peer.is_https(&parts.headers))))
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    /// The id of this request; empty when no server of ours serves it (a router called directly).
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<Peer>();
        Ok(peer.map_or(Self(HeaderValue::from_static("")), |peer| peer.id.clone()))
    }
}
