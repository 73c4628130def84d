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
pub(crate) mod connection;
mod connections;
pub(crate) mod held;
mod host;
mod methods;
mod note;
mod options;
mod serve;
mod setup;
mod socket;
mod stream;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;

pub use options::Options;
pub use socket::raise_file_limit;

use connections::Connections;
use setup::Setup;

use crate::metrics::Http;
use crate::{Metrics, Shutdown};

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
        let drain_timeout = self.options.drain_timeout;
        let connections = Arc::new(Connections::new(Setup::new(router, self.options, self.http)));
        let mut loops = Vec::new();
        for (listener, address) in self.listeners.into_iter().zip(self.addresses) {
            let refused = |why| Error::Listen { address, why };
            let listener = tokio::net::TcpListener::from_std(listener).map_err(refused)?;
            loops.push(tokio::spawn(accept::accept(
                listener,
                address,
                Arc::clone(&connections),
                shutdown.clone(),
            )));
        }
        shutdown.wait().await;
        for accepting in loops {
            // The loop ends on the shutdown; were it to panic, draining is still right.
            let _ = accepting.await;
        }
        Ok(connections.drain(drain_timeout).await)
    }
}

#[cfg(test)]
mod tests;
