//! The HTTP server: our own accept loop over hyper, because `axum::serve` can set no timeout and no limit.
//!
//! ```no_run
//! # async fn run(router: axum::Router, shutdown: kassa_service::Shutdown) -> Result<(), kassa_service::http::Error> {
//! use kassa_service::http::{Options, Server};
//! let server = Server::bind(Options { listen: vec!["127.0.0.1:0".parse().unwrap()], ..Options::default() })?;
//! println!("listening on {}", server.local_address());
//! server.run(router, shutdown).await
//! # }
//! ```

mod accept;
mod answer;
mod connection;
mod held;
mod host;
mod methods;
mod note;
mod serve;
mod shared;
mod socket;
mod stream;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;

pub(crate) use connection::{Connection, Limits};
pub use socket::raise_file_limit;

use crate::metrics::Http;
use crate::{Metrics, Proxies, Shutdown};

/// Where and within which bounds to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Addresses to listen on; port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// From a request's first byte to the end of its headers.
    pub header_timeout: Duration,
    /// From a handler's first wait for the body to the body's end; also how long a client may refuse to read.
    pub body_timeout: Duration,
    /// How long a connection may stay open with no request on it.
    pub idle_timeout: Duration,
    /// How long requests in flight may take to end after the shutdown; then they are cut off.
    pub drain_timeout: Duration,
    /// Connections at a time; further ones wait in the backlog. Default: 80 % of the file limit.
    pub connections_max: Option<usize>,
    /// Bytes of a body; beyond it, 413.
    pub body_bytes_max: usize,
    /// Bytes of the request line and all headers (at least 8,192); beyond it, 431.
    pub header_bytes_max: usize,
    /// Bytes of the path and query; beyond it, 414.
    pub url_bytes_max: usize,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Proxies,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(75),
            drain_timeout: Duration::from_secs(10),
            connections_max: None,
            body_bytes_max: 4 << 20,
            header_bytes_max: 32 << 10,
            url_bytes_max: 8 << 10,
            trusted_proxies: Proxies::default(),
        }
    }
}

/// Why the server could not start or run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No address was given.
    #[error("cannot listen: no address given")]
    NoAddress,
    /// The operating system refused the address. What it said is part of the sentence, and no source: it is said once.
    #[error("cannot listen on {address}: {why}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        why: std::io::Error,
    },
}

/// A server that listens already but answers only once it is [`run`](Self::run).
#[derive(Debug)]
pub struct Server {
    listeners: Vec<std::net::TcpListener>,
    addresses: Vec<SocketAddr>,
    options: Options,
    http: Arc<Http>,
}

impl Server {
    /// Listens on every address of `options`, all or none.
    ///
    /// # Errors
    /// [`Error`] names the address that cannot be had.
    pub fn bind(options: Options) -> Result<Self, Error> {
        if options.listen.is_empty() {
            return Err(Error::NoAddress);
        }
        let mut listeners = Vec::new();
        let mut addresses = Vec::new();
        for address in &options.listen {
            let refused = |why| Error::Listen { address: *address, why };
            let listener = socket::listen(*address).map_err(refused)?;
            addresses.push(listener.local_addr().map_err(refused)?);
            listeners.push(listener);
        }
        Ok(Self { listeners, addresses, options, http: Arc::default() })
    }

    /// Counts requests and connections in `metrics`.
    #[must_use]
    pub fn with_metrics(mut self, metrics: &Metrics) -> Self {
        self.http = metrics.http();
        self
    }

    /// The first address listened on, with its real port.
    pub fn local_address(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// All addresses listened on, in the order of the options.
    pub fn local_addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Serves until `shutdown`, then ends gracefully: no new connections, idle ones closed at once, requests in flight
    /// given `drain_timeout`. Returns how many connections had to be cut off.
    ///
    /// # Errors
    /// [`Error::Listen`] when the listeners cannot be handed to the runtime.
    pub async fn run(self, router: Router, shutdown: Shutdown) -> Result<usize, Error> {
        let shared = Arc::new(shared::Shared::new(router, &self.options, self.http));
        let mut loops = Vec::new();
        for (listener, address) in self.listeners.into_iter().zip(self.addresses) {
            let refused = |why| Error::Listen { address, why };
            let listener = tokio::net::TcpListener::from_std(listener).map_err(refused)?;
            loops.push(tokio::spawn(accept::accept(
                listener,
                address,
                Arc::clone(&shared),
                shutdown.clone(),
            )));
        }
        shutdown.wait().await;
        for accepting in loops {
            // The loop ends on the shutdown; were it to panic, draining is still right.
            let _ = accepting.await;
        }
        Ok(shared.drain(self.options.drain_timeout).await)
    }
}

#[cfg(test)]
mod tests;
