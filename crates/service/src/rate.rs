//! How often one client may ask: a layer in front of public routes that cost something.
//!
//! Clients are told apart by their address, IPv6 by its first 64 bits, through one of [`SLOTS`] buckets chosen by a hash
//! with a secret key: memory is bounded whatever comes, and nobody can aim at another's bucket. Two clients share one by
//! chance, once in [`SLOTS`] pairs.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::Problem;
use crate::request::ClientAddress;

/// Buckets at most; at 40 bytes each that is 5 MB.
pub const SLOTS: u32 = 1 << 17;

/// Buckets that are full again are forgotten after so many requests.
const REQUESTS_BETWEEN_SWEEPS: u32 = 1 << 16;

type Limiter = RateLimiter<u32, HashMapStateStore<u32>, DefaultClock>;

/// Says by a request's headers whether its sender is exempt from a limit.
#[derive(Clone)]
pub struct Exempt(Arc<dyn Fn(&HeaderMap) -> bool + Send + Sync>);

impl Exempt {
    /// From a function that must be quick: it is asked for each request.
    pub fn new(is_exempt: impl Fn(&HeaderMap) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(is_exempt))
    }
}

impl std::fmt::Debug for Exempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Exempt(..)")
    }
}

/// A limit per client. Clones share it.
#[derive(Debug, Clone)]
pub struct RateLimit(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limiter: Limiter,
    burst: NonZeroU32,
    clock: DefaultClock,
    hasher: RandomState,
    requests: AtomicU32,
}

impl RateLimit {
    /// `per_second` requests in the long run, `burst` at once.
    pub fn new(per_second: NonZeroU32, burst: NonZeroU32) -> Self {
        let quota = Quota::per_second(per_second).allow_burst(burst);
        let clock = DefaultClock::default();
        let limiter = RateLimiter::new(quota, HashMapStateStore::default(), clock.clone());
        Self(Arc::new(Inner {
            limiter,
            burst,
            clock,
            hasher: RandomState::new(),
            requests: AtomicU32::new(0),
        }))
    }

    /// The same for all but those who are exempt.
    pub fn apply_unless(&self, exempt: Exempt, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state((self.clone(), exempt), admit_unless))
    }

    /// Answers 429 with `Retry-After` in place of `router` to clients who ask too often. It goes inside of
    /// [`Policy::apply`](crate::Policy::apply), so that the refusal carries the class's CORS headers.
    pub fn apply(&self, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state(self.clone(), admit))
    }

    /// Takes one request of `client`.
    ///
    /// # Errors
    /// After how many seconds the next one is taken.
    pub fn take(&self, client: IpAddr) -> Result<(), u64> {
        self.take_slot(self.0.slot_of_client(client), NonZeroU32::MIN)
    }

    /// Takes several at once of `client`, or none; of more than a burst, a whole burst.
    ///
    /// # Errors
    /// After how many seconds as many are taken.
    pub fn take_many(&self, client: IpAddr, count: usize) -> Result<(), u64> {
        self.take_some(self.0.slot_of_client(client), count)
    }

    /// The same of whoever has that name.
    ///
    /// # Errors
    /// As there.
    pub fn take_for(&self, name: &str, count: usize) -> Result<(), u64> {
        self.take_some(self.0.slot_of(name), count)
    }

    fn take_some(&self, slot: u32, count: usize) -> Result<(), u64> {
        let count = u32::try_from(count).unwrap_or(u32::MAX).min(self.0.burst.get());
        NonZeroU32::new(count).map_or(Ok(()), |count| self.take_slot(slot, count))
    }

    fn take_slot(&self, slot: u32, count: NonZeroU32) -> Result<(), u64> {
        let inner = &self.0;
        if inner.requests.fetch_add(1, Ordering::Relaxed) % REQUESTS_BETWEEN_SWEEPS
            == REQUESTS_BETWEEN_SWEEPS - 1
        {
            inner.limiter.retain_recent();
        }
        let Ok(taken) = inner.limiter.check_key_n(&slot, count) else { return Ok(()) };
        taken.map_err(|until| {
            let wait = until.wait_time_from(inner.clock.now());
            (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
        })
    }

    /// Buckets in use.
    #[cfg(test)]
    fn clients(&self) -> usize {
        self.0.limiter.len()
    }
}

impl Inner {
    fn slot_of_client(&self, client: IpAddr) -> u32 {
        self.slot_of(match client.to_canonical() {
            IpAddr::V4(v4) => u64::from(v4.to_bits()),
            IpAddr::V6(v6) => (v6.to_bits() >> 64) as u64,
        })
    }

    fn slot_of(&self, name: impl Hash) -> u32 {
        // The remainder is below SLOTS, which is a u32.
        u32::try_from(self.hasher.hash_one(name) % u64::from(SLOTS)).unwrap_or(0)
    }
}

async fn admit_unless(
    State((limit, exempt)): State<(RateLimit, Exempt)>,
    client: ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    match (exempt.0)(request.headers()) {
        true => next.run(request).await,
        false => admit(State(limit), client, request, next).await,
    }
}

async fn admit(
    State(limit): State<RateLimit>,
    ClientAddress(client): ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    if request.method() == Method::OPTIONS {
        return next.run(request).await;
    }
    match limit.take(client) {
        Ok(()) => next.run(request).await,
        Err(seconds) => Problem::too_many_requests(seconds.max(1))
            .detail("your address has asked too often; Retry-After says how many seconds to wait")
            .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;
    use crate::{Policy, RouteClass};

    fn limit(per_second: u32, burst: u32) -> RateLimit {
        RateLimit::new(NonZeroU32::new(per_second).unwrap(), NonZeroU32::new(burst).unwrap())
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_client_has_a_burst_of_its_own() {
        let limit = limit(1, 5);
        let taken = |client: &str| (0..20).filter(|_| limit.take(address(client)).is_ok()).count();
        assert_eq!(taken("9.9.9.9"), 5);
        assert_eq!(taken("9.9.9.10"), 5);
        assert_eq!(taken("::ffff:9.9.9.9"), 0, "the same address, mapped");
        assert_eq!(taken("2001:db8:1:2::1"), 5);
        assert_eq!(taken("2001:db8:1:2:ffff::9"), 0, "the same customer");
        assert_eq!(limit.take(address("9.9.9.9")), Err(1));
    }

    #[test]
    fn several_are_taken_at_once_or_none() {
        let limit = limit(1, 10);
        let client = address("9.9.9.9");
        assert_eq!(limit.take_many(client, 0), Ok(()));
        assert_eq!(limit.take_many(client, 8), Ok(()));
        assert!(limit.take_many(client, 3).is_err_and(|seconds| seconds <= 2));
        assert_eq!(limit.take_many(client, 2), Ok(()), "the refused ones took nothing");
        assert_eq!(limit.take_for("shop", 1_000_000), Ok(()), "a whole burst at the most");
        assert!(limit.take_for("shop", 1).is_err());
        assert_eq!(limit.take_for("blog", 1), Ok(()));
    }

    #[test]
    fn whoever_waits_is_served_again() {
        let limit = limit(20, 1);
        let client = address("9.9.9.9");
        limit.take(client).unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while limit.take(client).is_err() {
            assert!(Instant::now() < end, "not served within 10 s");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn memory_is_bounded_whoever_comes() {
        let limit = limit(1, 1);
        for n in 0..500_000_u32 {
            let _ = limit.take(IpAddr::V4(std::net::Ipv4Addr::from_bits(n.wrapping_mul(2_654_435_761))));
        }
        assert!(limit.clients() <= SLOTS as usize, "{}", limit.clients());
        assert!(limit.clients() > SLOTS as usize / 2, "the addresses are spread: {}", limit.clients());
    }

    #[tokio::test]
    async fn the_answer_says_when_and_to_whom() {
        let routes = limit(1, 2).apply(Router::new().route("/x", get(|| async { "read" })));
        let policy = Policy { site_origins: vec!["https://front.example".to_owned()], ..Policy::default() };
        let routes = policy.apply(RouteClass::Storefront, routes);
        let ask = async |method: &str| {
            let request =
                Request::builder().method(method).uri("/x").header("origin", "https://front.example");
            routes.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
        };
        for status in [200, 200, 429, 429] {
            let response = ask("GET").await;
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()["access-control-allow-origin"], "https://front.example");
            assert_eq!(response.headers().contains_key("retry-after"), status == 429);
        }
        assert_eq!(ask("OPTIONS").await.status(), 204);
        let refused = ask("GET").await;
        assert_eq!(refused.headers()["retry-after"], "1");
        assert_eq!(refused.headers()["content-type"], "application/problem+json");
    }
}
