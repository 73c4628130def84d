//! What all connections of a server have in common: the router, the limits, the clock, what is counted of them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode};
use hyper::server::conn::http1;
use tokio::time::Instant;

use super::options::Options;
use crate::address::{Crowd, is_forwarded};
use crate::metrics::Http;
use crate::request_id::Ids;

/// How long an idle connection keeps its buffers before it is parked.
const PARKED_AFTER: Duration = Duration::from_secs(3);

/// What all connections of a server have in common.
pub(super) struct Setup {
    pub(super) router: Router,
    pub(super) limits: Options,
    pub(super) ids: Ids,
    pub(super) builder: http1::Builder,
    pub(super) parked_after: Duration,
    pub(super) http: Arc<Http>,
    crowd: Crowd,
    started: Instant,
}

impl Setup {
    pub(super) fn new(router: Router, limits: Options, http: Arc<Http>) -> Self {
        let mut builder = http1::Builder::new();
        // Never `pipeline_flush`: with it hyper buffers a streamed body without any bound.
        builder.header_read_timeout(None).max_buf_size(limits.header_bytes_max.max(8_192));
        Self {
            router,
            ids: Ids::new(),
            builder,
            parked_after: PARKED_AFTER.min(limits.idle_timeout / 2),
            http,
            crowd: Crowd::default(),
            started: Instant::now(),
            limits,
        }
    }

    /// Counts an answered request.
    pub(super) fn observe(&self, method: &Method, route: &str, status: StatusCode, taken: Duration) {
        self.http.observe(method, route, status.as_u16(), taken);
    }

    /// The client behind `peer`; warns when most of them seem to be one.
    pub(super) fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let client = self.limits.trusted_proxies.client(peer, headers);
        if let Some(address) = self.crowd.note(client, is_forwarded(headers)) {
            tracing::warn!(
                %address,
                "most traffic seems to come from one address: is it a proxy that is not in server.trusted_proxies?"
            );
        }
        client
    }

    /// ms since the server's start: the clock of all connections.
    pub(super) fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The instant of that clock's `ms`.
    pub(super) fn instant(&self, ms: u64) -> Instant {
        self.started + Duration::from_millis(ms)
    }
}
