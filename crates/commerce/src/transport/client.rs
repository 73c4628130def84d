//! The way to stock: where it is, what stands before it, and what is known of what was sent.

use std::sync::Arc;
use std::time::Duration;

use kassa_db::Db;
use kassa_model::Clock;
use kassa_service::breaker::{self, State};
use kassa_service::client::Client;
use kassa_service::{Breaker, Metrics, RetryBudget, Status};

use super::backlog;
use super::chaos::{self, Chaos};
use super::commands::{self, Reply};
use crate::pace::Pace;
use crate::peer::Peer;

/// Commands that wait for longer than this although stock can be asked are stuck.
const STUCK_AFTER: Duration = Duration::from_secs(60);

/// Roles in other processes, and what may be done to them.
#[derive(Debug, Clone)]
pub struct Remotes {
    /// `inventory.url`: where stock is when it is in no database of this process.
    pub inventory: Option<Client>,
    /// `catalog.url`: where products are when they are in no database of this process.
    pub catalog: Option<Client>,
    /// Whether chaos may be switched on.
    pub chaos: chaos::Allowed,
    /// Makes chaos repeatable.
    pub chaos_seed: u64,
    /// When the circuit breakers open and close.
    pub breaker: breaker::Options,
    /// `orders.accepted_max`: undecided orders beyond which new ones are refused with 503.
    pub accepted_max: u64,
}

impl Default for Remotes {
    fn default() -> Self {
        Self {
            inventory: None,
            catalog: None,
            chaos: chaos::Allowed::No,
            chaos_seed: 0,
            breaker: breaker::Options::default(),
            accepted_max: 10_000,
        }
    }
}

/// Where stock is.
#[derive(Debug)]
pub(super) enum Backend {
    Here(Db),
    Away(Box<Peer>),
    Unconfigured,
}

/// The way to stock.
#[derive(Debug)]
pub struct StockClient {
    pub(super) backend: Backend,
    with_orders: bool,
    pub(crate) breaker: Arc<Breaker>,
    pub(super) budget: RetryBudget,
    pub(super) chaos: Arc<Chaos>,
    pub(crate) backlog: backlog::Backlog,
    pub(crate) pace: Arc<Pace>,
}

/// What is known of what was sent: one command, or several that are done in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandOutcome<T = Reply> {
    /// Its reply.
    Known(T),
    /// The circuit breaker is open: nothing was sent.
    Open,
    /// It has surely not been done.
    NotSent(String),
    /// It may have been done or not; only sending the same again tells.
    Unknown(String),
}

impl StockClient {
    /// The way to stock: `database`, or else over HTTP. `with_orders`: the database is that of orders.
    pub(crate) fn new(
        (database, with_orders): (Option<&Db>, bool),
        remotes: &Remotes,
        clock: &Arc<dyn Clock>,
        metrics: &Metrics,
    ) -> Self {
        let backend = match (database, &remotes.inventory) {
            (Some(db), _) => Backend::Here(db.clone()),
            (None, Some(client)) => {
                let probe = format!("{}?ref=-", commands::LEDGER);
                Backend::Away(Box::new(Peer::new("inventory", client.clone(), probe)))
            }
            (None, None) => Backend::Unconfigured,
        };
        let chaos = Arc::new(Chaos::new(Arc::clone(clock), remotes.chaos, remotes.chaos_seed));
        chaos::export(&chaos, metrics);
        let backlog = backlog::Backlog::default();
        backlog.export(metrics);
        Self {
            with_orders: with_orders && matches!(backend, Backend::Here(_)),
            backend,
            breaker: Arc::new(Breaker::new("inventory", Arc::clone(clock), remotes.breaker)),
            budget: RetryBudget::new(Arc::clone(clock)),
            chaos,
            backlog,
            pace: Arc::new(Pace::new(Arc::clone(clock))),
        }
    }

    /// Whether orders take stock in their own transaction: same database, and chaos is off. Ask once per request.
    pub fn in_one_transaction(&self) -> bool {
        self.with_orders && !self.chaos.is_on()
    }

    /// Faults on purpose.
    pub fn chaos(&self) -> &Arc<Chaos> {
        &self.chaos
    }

    /// The role of inventory, where it is in another process.
    pub fn peer(&self) -> Option<&Peer> {
        match &self.backend {
            Backend::Away(peer) => Some(peer),
            Backend::Here(_) | Backend::Unconfigured => None,
        }
    }

    /// How the commands stand that have no reply: degraded while stock is out of reach, for orders are taken all the same;
    /// down when it is not and nothing goes on for a minute.
    pub fn standing(&self) -> Status {
        let waits = self.backlog.oldest_waits();
        let seconds = waits.as_secs();
        if waits < STUCK_AFTER {
            return Status::Up;
        }
        match self.breaker.state() {
            State::Closed => {
                Status::Down(format!("commands to stock have waited for {seconds} s, and nothing sends them"))
            }
            State::Open | State::HalfOpen => Status::Degraded(format!(
                "stock cannot be asked, and commands to it have waited for {seconds} s"
            )),
        }
    }

    /// How long commands to stock took.
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// The circuit breaker before stock.
    pub fn breaker(&self) -> &Arc<Breaker> {
        &self.breaker
    }
}

impl CommandOutcome {
    /// What is known after `self` and then `next` of the same command.
    pub(super) fn then(self, next: Self) -> Self {
        match (self, next) {
            (Self::Unknown(why), Self::Open | Self::NotSent(_)) => Self::Unknown(why),
            (_, next) => next,
        }
    }
}
