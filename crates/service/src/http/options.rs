//! Where and within which bounds a server serves.

use std::net::SocketAddr;
use std::time::Duration;

use crate::Proxies;

/// Where and within which bounds to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Addresses to listen on; port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// From a request's first byte to the end of its headers.
    pub header_timeout: Duration,
    /// From a handler's first wait for the body to the body's end, in proportion longer for [`long_bodies`](Self::long_bodies); also
    /// how long a client may refuse to read.
    pub body_timeout: Duration,
    /// How long a connection may stay open with no request on it.
    pub idle_timeout: Duration,
    /// How long requests in flight may take to end after the shutdown; then they are cut off.
    pub drain_timeout: Duration,
    /// Connections at a time; further ones wait in the backlog. Default: 80 % of the file limit.
    pub connections_max: Option<usize>,
    /// Bytes of a body; beyond it, 413.
    pub body_bytes_max: usize,
    /// Paths at which a body may have more, and how many bytes.
    pub long_bodies: Vec<(&'static str, usize)>,
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
            long_bodies: Vec::new(),
            header_bytes_max: 32 << 10,
            url_bytes_max: 8 << 10,
            trusted_proxies: Proxies::default(),
        }
    }
}

impl Options {
    /// The most bytes of a body at this path.
    pub(crate) fn body_bytes_max_at(&self, path: &str) -> usize {
        let long = self.long_bodies.iter().find(|(known, _)| *known == path);
        long.map_or(self.body_bytes_max, |(_, bytes_max)| *bytes_max)
    }

    /// How long a body at this path may take: one that may be longer has more time, in proportion.
    pub(crate) fn body_timeout_at(&self, path: &str) -> Duration {
        let times = self.body_bytes_max_at(path) as f64 / self.body_bytes_max.max(1) as f64;
        self.body_timeout.mul_f64(times.max(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_longer_has_more_time() {
        let long_bodies = vec![("/long", 3_000), ("/short", 10)];
        let options = Options { body_bytes_max: 2_000, long_bodies, ..Options::default() };
        let check = |path: &str, bytes_max: usize, seconds: u64| {
            assert_eq!(options.body_bytes_max_at(path), bytes_max, "{path}");
            assert_eq!(options.body_timeout_at(path), Duration::from_secs(seconds), "{path}");
        };
        check("/", 2_000, 30);
        check("/long", 3_000, 45);
        check("/long/", 2_000, 30);
        check("/short", 10, 30);
    }
}
