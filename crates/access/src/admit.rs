//! Letting requests in: who is calling ([`Access::authorize`]), and what a stranger may do to find that out, or without.

use std::net::IpAddr;

use axum::http::request::Parts;
use kassa_model::{Clock, SystemClock, Timestamp};
use kassa_service::{ClientAddress, RouteClass, is_forwarded};
use tokio::runtime::Handle;

use crate::guesses::Guess;
use crate::{Access, Caller, Denied, store};

impl Access {
    /// Lets a request into a route of `class`, or not. A wrong key counts against the address that it comes from, as a wrong
    /// token does at logging in.
    ///
    /// # Errors
    /// As [`authorize`](Self::authorize), and [`Denied::Locked`] for a wrong key from an address that has sent too many.
    pub fn admit(&self, parts: &Parts, class: RouteClass) -> Result<Caller, Denied> {
        self.count(parts, self.authorize(&parts.headers, class))
    }

    /// Lets a request into a compat route of one of `dialects`. Whoever comes without a key, because the configuration has
    /// opened the dialect, may ask so often and no more.
    ///
    /// # Errors
    /// As [`admit`](Self::admit), and [`Denied::TooOften`].
    pub fn admit_compat(&self, parts: &Parts, dialects: &[&str]) -> Result<Caller, Denied> {
        let caller = self.count(parts, self.authorize_compat(&parts.headers, dialects))?;
        let address = ClientAddress::of(parts);
        if let Some(limit) = self.compat_limit()
            && caller == Caller::Public
            && !is_own(parts)
        {
            limit.take(address).map_err(|seconds| Denied::TooOften { seconds })?;
        }
        Ok(caller)
    }

    fn count(&self, parts: &Parts, decided: Result<Caller, Denied>) -> Result<Caller, Denied> {
        match decided {
            // A program of this machine with an old key guesses nothing: nobody is locked out for it.
            Err(Denied::Wrong) if is_own(parts) => Err(Denied::Wrong),
            Err(Denied::Wrong) => Err(self.note_guess(ClientAddress::of(parts))),
            decided => decided,
        }
    }

    /// Counts a wrong key of `address`; how it is answered.
    #[cold]
    pub(crate) fn note_guess(&self, address: IpAddr) -> Denied {
        let now = self.clock_now();
        match self.guesses().note(address, now) {
            // Behind a proxy of this machine that is not trusted are many: their keys are not refused for one's guesses.
            Guess::Locked { seconds } if !address.is_loopback() => Denied::Locked { seconds },
            Guess::Counted | Guess::Locked { .. } => Denied::Wrong,
            Guess::Locks { until, write } => {
                tracing::warn!(
                    "an address has sent too many wrong keys: its next ones are refused for a while"
                );
                if write {
                    self.write_lock_down(address, now, until);
                }
                Denied::Wrong
            }
        }
    }

    /// So that the address cannot log in, at other processes and after a restart either. Nobody waits for it.
    fn write_lock_down(&self, address: IpAddr, now: Timestamp, until: Timestamp) {
        let (Some(attached), Ok(handle)) = (self.attached(), Handle::try_current()) else { return };
        let (db, who) = (attached.source.db().clone(), self.address_name(address));
        handle.spawn(async move {
            let lock =
                move |tx: &mut kassa_db::Tx<'_>| store::lock_out(tx, &who, now.micros(), until.micros());
            if let Err(error) = db.write(lock).await {
                tracing::warn!(%error, "cannot write down which address is locked");
            }
        });
    }

    pub(crate) fn clock_now(&self) -> Timestamp {
        self.attached().map_or_else(|| SystemClock.now(), |attached| attached.source.clock.now())
    }
}

/// Whether a program of this machine sent it, for whom no proxy speaks.
fn is_own(parts: &Parts) -> bool {
    ClientAddress::of(parts).is_loopback() && !is_forwarded(&parts.headers)
}
