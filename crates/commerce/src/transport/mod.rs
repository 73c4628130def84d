//! The way from orders to stock: in their own transaction, to another database of this process, or over HTTP to the
//! inventory role.
//!
//! Only the first needs nothing from here. The others take the *two-step* way ([`flow`]): the order commits as accepted
//! with a row of work; then one idempotent command ([`commands`]) goes to stock, with a deadline and through a circuit
//! breaker, while no transaction is open; its reply decides the order in a second transaction. What stays undecided is the
//! [`drain`]'s, which sends the same command until its reply is known. While chaos is on ([`chaos`]), stock in the same
//! database takes the two-step way as well, so that no fault ever happens inside a transaction.

pub(crate) mod back;
pub mod chaos;
pub mod commands;
pub mod drain;
pub mod flow;
pub mod http;
mod ledger;
pub mod peer;
pub mod prices;
pub mod store;
pub(crate) mod work;

use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::{Db, Error};
use kassa_model::Clock;
use kassa_service::breaker::{self, State};
use kassa_service::client::{Answer, Call, Client, Sent};
use kassa_service::{Breaker, Metrics, RetryBudget, Status};
use serde::de::DeserializeOwned;

use crate::Shop;
use crate::inventory::LedgerKind;
use chaos::{Chaos, Fate};
use commands::{Back, Command, Done, Reply};
use peer::Peer;

/// A command is not sent again with less time than this left.
const RETRY_MIN: Duration = Duration::from_millis(150);
/// Commands that wait for longer than this although stock can be asked are stuck.
const STUCK_AFTER: Duration = Duration::from_secs(60);
/// Between a failure and the next try of the same command.
const RETRY_PAUSE: Duration = Duration::from_millis(25);

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
enum Way {
    Here(Db),
    Away(Box<Peer>),
    Nowhere,
}

/// The way to stock.
#[derive(Debug)]
pub struct Stock {
    way: Way,
    with_orders: bool,
    breaker: Arc<Breaker>,
    budget: RetryBudget,
    chaos: Arc<Chaos>,
    backlog: work::Backlog,
}

/// What is known of what was sent: one command, or several that are done in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T = Reply> {
    /// Its reply.
    Known(T),
    /// The circuit breaker is open: nothing was sent.
    Open,
    /// It has surely not been done.
    NotSent(String),
    /// It may have been done or not; only sending the same again tells.
    Unknown(String),
}

impl Stock {
    /// The way to stock: `database`, or else over HTTP. `with_orders`: the database is that of orders.
    pub(crate) fn new(
        (database, with_orders): (Option<&Db>, bool),
        remotes: &Remotes,
        clock: &Arc<dyn Clock>,
        metrics: &Metrics,
    ) -> Self {
        let way = match (database, &remotes.inventory) {
            (Some(db), _) => Way::Here(db.clone()),
            (None, Some(client)) => {
                let probe = format!("{}?ref=-", http::LEDGER);
                Way::Away(Box::new(Peer::new("inventory", client.clone(), probe)))
            }
            (None, None) => Way::Nowhere,
        };
        let chaos = Arc::new(Chaos::new(Arc::clone(clock), remotes.chaos, remotes.chaos_seed));
        chaos.export(metrics);
        let backlog = work::Backlog::default();
        backlog.export(metrics);
        Self {
            with_orders: with_orders && matches!(way, Way::Here(_)),
            way,
            breaker: Arc::new(Breaker::new("inventory", Arc::clone(clock), remotes.breaker)),
            budget: RetryBudget::new(Arc::clone(clock)),
            chaos,
            backlog,
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
        match &self.way {
            Way::Away(peer) => Some(peer),
            Way::Here(_) | Way::Nowhere => None,
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

    /// The circuit breaker before stock.
    pub fn breaker(&self) -> &Arc<Breaker> {
        &self.breaker
    }
}

/// Sends `command` and, within `deadline` and the retry budget, sends it again when that failed.
pub async fn send(shop: &Arc<Shop>, command: &Command, deadline: Duration) -> Outcome {
    let until = Instant::now() + deadline;
    shop.stock.budget.called();
    let mut outcome = send_once(shop, command, deadline).await;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let again = matches!(outcome, Outcome::NotSent(_) | Outcome::Unknown(_)) && left > RETRY_MIN;
        if !again || !shop.stock.budget.take() {
            return outcome;
        }
        tokio::time::sleep(RETRY_PAUSE).await;
        let left = until.saturating_duration_since(Instant::now());
        outcome = outcome.then(send_once(shop, command, left).await);
    }
}

/// Sends `command` once, through the circuit breaker.
pub async fn send_once(shop: &Arc<Shop>, command: &Command, deadline: Duration) -> Outcome {
    match send_all(shop, vec![command.clone()], deadline).await {
        Outcome::Known(mut replies) => match replies.pop() {
            Some(reply) => Outcome::Known(reply),
            None => Outcome::Unknown("the answer holds no reply".to_owned()),
        },
        Outcome::Open => Outcome::Open,
        Outcome::NotSent(why) => Outcome::NotSent(why),
        Outcome::Unknown(why) => Outcome::Unknown(why),
    }
}

/// Sends `commands` once, in one call and to be done in one transaction, in their order; a reply each.
pub(crate) async fn send_all(
    shop: &Arc<Shop>,
    commands: Vec<Command>,
    deadline: Duration,
) -> Outcome<Vec<Reply>> {
    let Ok(permit) = shop.stock.breaker.permit() else { return Outcome::Open };
    let (failed, outcome) = match &shop.stock.way {
        Way::Here(db) => {
            let run = run_here(Arc::clone(shop), db.clone(), commands);
            // It runs on when nobody waits for it any more, as a command to another process does.
            match tokio::time::timeout(deadline, tokio::spawn(run)).await {
                Ok(Ok(outcome)) => (!matches!(outcome, Outcome::Known(_)), outcome),
                Ok(Err(error)) => (true, Outcome::Unknown(error.to_string())),
                Err(_) => (true, Outcome::Unknown(format!("not done in {} ms", deadline.as_millis()))),
            }
        }
        Way::Away(peer) => send_away(peer, commands, deadline).await,
        Way::Nowhere => (false, Outcome::NotSent("no inventory is configured".to_owned())),
    };
    if failed {
        permit.failed()
    } else {
        permit.succeeded()
    }
    outcome
}

async fn send_away(peer: &Peer, commands: Vec<Command>, deadline: Duration) -> (bool, Outcome<Vec<Reply>>) {
    let call = match commands.as_slice() {
        [Command::Deduct(deduct)] => Call::post(http::DEDUCT, deduct),
        [Command::Release(release)] => Call::post(http::RELEASE, release),
        _ => Call::post(http::COMMANDS, &commands),
    };
    let sent = match call {
        Ok(call) => peer.send(call.within(deadline)).await,
        Err(error) => Sent::NotSent(error.to_string()),
    };
    let failed = peer::is_failure(&sent);
    let outcome = match sent {
        Sent::Answer(answer) if commands.len() == 1 => read(&answer, |reply: Reply| vec![reply]),
        Sent::Answer(answer) => read(&answer, |replies| replies),
        Sent::NotSent(why) => Outcome::NotSent(why),
        Sent::Unknown(why) => Outcome::Unknown(why),
    };
    match outcome {
        Outcome::Known(replies) if replies.len() != commands.len() => {
            (failed, Outcome::Unknown("inventory answered other commands than it was sent".to_owned()))
        }
        outcome => (failed, outcome),
    }
}

fn read<T: DeserializeOwned>(answer: &Answer, all: impl FnOnce(T) -> Vec<Reply>) -> Outcome<Vec<Reply>> {
    let status = answer.status;
    if status.is_server_error() {
        return Outcome::Unknown(format!("inventory answered {status}"));
    }
    match answer.json::<T>() {
        Ok(replies) => Outcome::Known(all(replies)),
        Err(error) if status.is_success() => Outcome::Unknown(format!("cannot read a reply: {error}")),
        // A wrong token, or a version that does not know the command: refused before anything was done.
        Err(_) => Outcome::NotSent(format!("inventory answered {status}")),
    }
}

/// The commands on a database of this process, with chaos around their transaction.
async fn run_here(shop: Arc<Shop>, db: Db, commands: Vec<Command>) -> Outcome<Vec<Reply>> {
    let fate = if shop.stock.chaos.is_on() { shop.stock.chaos.draw() } else { Fate::default() };
    if let Some(latency) = fate.latency {
        tokio::time::sleep(latency).await;
    }
    if let Some(crash) = fate.crash {
        return Outcome::Unknown(format!("chaos: {crash:?}"));
    }
    match execute(&shop, &db, commands).await {
        Ok(_) if fate.answer_lost => Outcome::Unknown("chaos: the answer is lost".to_owned()),
        Ok(done) => Outcome::Known(done.into_iter().map(|done| done.reply).collect()),
        Err(error @ (Error::Busy(_) | Error::LockTimeout(_) | Error::Unavailable(_))) => {
            Outcome::NotSent(error.to_string())
        }
        Err(error) => Outcome::Unknown(error.to_string()),
    }
}

/// Runs commands on `db`, the database of stock, in one transaction, and tells the shop what they moved.
async fn execute(shop: &Shop, db: &Db, commands: Vec<Command>) -> Result<Vec<Done>, Error> {
    let begun = Instant::now();
    let now = shop.now();
    let commands: Arc<[Command]> = commands.into();
    let inner = Arc::clone(&commands);
    let done = db.write(move |tx| commands::run_all(tx, &inner, now)).await?;
    for (command, done) in commands.iter().zip(&done) {
        let kind = match command {
            Command::Deduct(_) => LedgerKind::Deduct,
            Command::Release(release) => release.kind.into(),
        };
        shop.stock_update_took(kind, begun);
        let is_kept = matches!(command, Command::Release(release) if release.kind == Back::Kept);
        if !done.replayed && !is_kept && matches!(done.reply, Reply::Moved { .. }) {
            shop.stock_moved(kind, command.lines().iter().map(|line| line.sku.as_str()));
        }
    }
    Ok(done)
}

impl Outcome {
    /// What is known after `self` and then `next` of the same command.
    fn then(self, next: Self) -> Self {
        match (self, next) {
            (Self::Unknown(why), Self::Open | Self::NotSent(_)) => Self::Unknown(why),
            (_, next) => next,
        }
    }
}

#[cfg(test)]
mod tests;
