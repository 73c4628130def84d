//! How much strangers may send: events a second for each client address and for each site, so that neither one address nor
//! one site's public key fills the log for all.
//!
//! An event counts as one, and a body as one event for each 512 bytes at least, of a compressed one each 512 bytes that it
//! inflates to: whatever is in it, its work is paid for before it is done. Who is no stranger is decided before: whoever shows a secret key, this machine's own programs, and everybody in open mode.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;

use kassa_model::LogRecord;
use kassa_service::RateLimit;

/// Bytes of a body that count as an event.
const EVENT_BYTES: usize = 512;

/// Events a second in the long run, and at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In the long run, events a second.
    pub per_second: NonZeroU32,
    /// At once, events.
    pub burst: NonZeroU32,
}

/// The limits of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitOptions {
    /// For each client address; of an IPv6 address the first 64 bits count.
    pub per_client: Rate,
    /// For each site.
    pub per_site: Rate,
}

/// What is left to whom.
#[derive(Debug)]
pub(super) struct Limits {
    clients: RateLimit,
    /// What a client may send at once, events.
    client_burst: usize,
    sites: RateLimit,
}

/// Somebody has sent too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMuch {
    /// When to come again, seconds from now.
    pub(super) seconds: u64,
    /// How `kassa_collect_requests_refused_total` calls it.
    pub(super) cause: &'static str,
}

impl Limits {
    pub(super) fn new(options: LimitOptions) -> Self {
        let limit = |rate: Rate| RateLimit::new(rate.per_second, rate.burst);
        let client_burst = usize::try_from(options.per_client.burst.get()).unwrap_or(usize::MAX);
        Self { clients: limit(options.per_client), client_burst, sites: limit(options.per_site) }
    }

    /// Takes one for a request, before its body is waited for.
    pub(super) fn begin(&self, client: IpAddr) -> Result<(), TooMuch> {
        self.of_client(client, 1)
    }

    /// For how many events so many bytes count: with the one that [`begin`](Self::begin) took, a whole burst at the most.
    fn events_of(&self, bytes: usize) -> usize {
        (bytes / EVENT_BYTES).min(self.client_burst - 1)
    }

    /// Takes for the events that were in a body, beyond those that its bytes have `paid` for.
    fn take_events(&self, client: IpAddr, records: &[LogRecord], paid: usize) -> Result<(), TooMuch> {
        self.of_client(client, records.len().saturating_sub(paid))?;
        let mut by_site: HashMap<&str, usize> = HashMap::new();
        for record in records {
            *by_site.entry(record.site()).or_default() += 1;
        }
        // What belongs to no site is the client's alone.
        for (site, events) in by_site.into_iter().filter(|(site, _)| !site.is_empty()) {
            let taken = self.sites.take_for(site, events);
            taken.map_err(|seconds| TooMuch { seconds, cause: "site_rate" })?;
        }
        Ok(())
    }

    fn of_client(&self, client: IpAddr, events: usize) -> Result<(), TooMuch> {
        let taken = self.clients.take_many(client, events);
        taken.map_err(|seconds| TooMuch { seconds, cause: "client_rate" })
    }
}

/// What a request pays for its body, before each step of the work that it makes.
#[derive(Debug)]
pub(super) struct Paying<'a> {
    /// By what limits, and which client; `None`: it is no stranger's.
    of: Option<(&'a Limits, IpAddr)>,
    /// So many bytes are paid for.
    bytes: usize,
}

impl<'a> Paying<'a> {
    pub(super) fn by(of: Option<(&'a Limits, IpAddr)>) -> Self {
        Self { of, bytes: 0 }
    }

    /// Pays for the body's first `bytes`, as far as they are not paid for.
    pub(super) fn up_to(&mut self, bytes: usize) -> Result<(), TooMuch> {
        if let Some((limits, client)) = self.of {
            let due = limits.events_of(bytes).saturating_sub(limits.events_of(self.bytes));
            limits.of_client(client, due)?;
        }
        self.bytes = self.bytes.max(bytes);
        Ok(())
    }

    /// Pays for the events that were in the body.
    pub(super) fn for_events(&self, records: &[LogRecord]) -> Result<(), TooMuch> {
        let Some((limits, client)) = self.of else { return Ok(()) };
        limits.take_events(client, records, self.bytes / EVENT_BYTES + 1)
    }
}
