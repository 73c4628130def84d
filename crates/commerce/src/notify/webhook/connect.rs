//! Connections to endpoints: the name is resolved once, every address that it has is judged, and the connection goes to one of those
//! that were judged. A name that answers otherwise the next time changes nothing of that, for nobody asks it in between.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::Uri;
use futures_util::future::BoxFuture;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use super::resolve::Resolve;
use super::{guard, target};

/// How long one address may take to take a connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How many addresses of a name are tried.
const ADDRESSES_MAX: usize = 4;

/// Where requests may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To addresses of the public internet.
    Public,
    /// Anywhere: for tests and development.
    Anywhere,
}

/// Says what an address is, if nothing is to be sent there.
pub(super) type Judge = fn(IpAddr) -> Option<&'static str>;

impl Reach {
    /// Who judges addresses.
    pub(super) fn judge(self) -> Judge {
        match self {
            Self::Public => guard::closed,
            Self::Anywhere => |_| None,
        }
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("{address} is {what}: nothing is sent there")]
    Closed { address: IpAddr, what: &'static str },
    #[error("its name has no address: {0}")]
    Unresolved(#[source] io::Error),
    #[error("{address} takes no connection: {why}")]
    Unreachable { address: IpAddr, why: String },
}

/// Connects to what may be reached.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    resolver: Arc<dyn Resolve>,
    judge: Judge,
}

impl Connector {
    pub(super) fn new(resolver: Arc<dyn Resolve>, judge: Judge) -> Self {
        Self { resolver, judge }
    }

    async fn connect(self, uri: Uri) -> Result<TokioIo<TcpStream>, ConnectError> {
        let host = uri.host().unwrap_or_default();
        let addresses = match target::address(host) {
            Some(address) => vec![address],
            None => self.resolver.addresses(host).await.map_err(ConnectError::Unresolved)?,
        };
        for address in &addresses {
            if let Some(what) = (self.judge)(*address) {
                return Err(ConnectError::Closed { address: *address, what });
            }
        }
        let mut failed = ConnectError::Unresolved(io::ErrorKind::NotFound.into());
        for address in addresses.into_iter().take(ADDRESSES_MAX) {
            let connecting = TcpStream::connect((address, target::port(&uri)));
            let why = match tokio::time::timeout(CONNECT_WITHIN, connecting).await {
                Ok(Ok(stream)) => {
                    // It only saves a pause: what does not know it works as well.
                    let _ = stream.set_nodelay(true);
                    return Ok(TokioIo::new(stream));
                }
                Ok(Err(error)) => error.to_string(),
                Err(_) => format!("none within {} s", CONNECT_WITHIN.as_secs()),
            };
            failed = ConnectError::Unreachable { address, why };
        }
        Err(failed)
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = BoxFuture<'static, Result<Self::Response, ConnectError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ConnectError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}
