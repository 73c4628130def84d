//! Commands sent to stock, within a deadline and through a circuit breaker.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::{Db, Error};
use kassa_service::client::{Answer, Call, Sent};
use serde::de::DeserializeOwned;

use super::chaos::Disturbance;
use super::client::{Backend, CommandOutcome};
use super::commands::{self, Back, Command, Done, Reply};
use super::run;
use crate::inventory::LedgerKind;
use crate::peer::{self, Peer};
use crate::shop::Shop;

/// A command is not sent again with less time than this left.
const RETRY_MIN: Duration = Duration::from_millis(150);

/// Between a failure and the next try of the same command.
const RETRY_PAUSE: Duration = Duration::from_millis(25);

/// Sends `command` and, within `deadline` and the retry budget, sends it again when that failed.
pub(crate) async fn send(shop: &Arc<Shop>, command: &Command, deadline: Duration) -> CommandOutcome {
    let until = Instant::now() + deadline;
    shop.stock.budget.called();
    let mut outcome = send_once(shop, command, deadline).await;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let again =
            matches!(outcome, CommandOutcome::NotSent(_) | CommandOutcome::Unknown(_)) && left > RETRY_MIN;
        if !again || !shop.stock.budget.take() {
            return outcome;
        }
        tokio::time::sleep(RETRY_PAUSE).await;
        let left = until.saturating_duration_since(Instant::now());
        outcome = outcome.then(send_once(shop, command, left).await);
    }
}

/// Sends `command` once, through the circuit breaker.
pub(crate) async fn send_once(shop: &Arc<Shop>, command: &Command, deadline: Duration) -> CommandOutcome {
    match send_all(shop, vec![command.clone()], deadline).await {
        CommandOutcome::Known(mut replies) => match replies.pop() {
            Some(reply) => CommandOutcome::Known(reply),
            None => CommandOutcome::Unknown("the answer holds no reply".to_owned()),
        },
        CommandOutcome::Open => CommandOutcome::Open,
        CommandOutcome::NotSent(why) => CommandOutcome::NotSent(why),
        CommandOutcome::Unknown(why) => CommandOutcome::Unknown(why),
    }
}

/// Sends `commands` once, in one call and to be done in one transaction, in their order; a reply each.
pub(crate) async fn send_all(
    shop: &Arc<Shop>,
    commands: Vec<Command>,
    deadline: Duration,
) -> CommandOutcome<Vec<Reply>> {
    let Ok(permit) = shop.stock.breaker.permit() else { return CommandOutcome::Open };
    let begun = Instant::now();
    let (failed, outcome) = match &shop.stock.backend {
        Backend::Here(db) => {
            let run = run_here(Arc::clone(shop), db.clone(), commands);
            // It runs on when nobody waits for it any more, as a command to another process does.
            match tokio::time::timeout(deadline, tokio::spawn(run)).await {
                Ok(Ok(outcome)) => (!matches!(outcome, CommandOutcome::Known(_)), outcome),
                Ok(Err(error)) => (true, CommandOutcome::Unknown(error.to_string())),
                Err(_) => (true, CommandOutcome::Unknown(format!("not done in {} ms", deadline.as_millis()))),
            }
        }
        Backend::Away(peer) => send_away(peer, commands, deadline).await,
        Backend::Unconfigured => (false, CommandOutcome::NotSent("no inventory is configured".to_owned())),
    };
    shop.stock.pace.took(begun.elapsed());
    if failed {
        permit.failed()
    } else {
        permit.succeeded()
    }
    outcome
}

async fn send_away(
    peer: &Peer,
    commands: Vec<Command>,
    deadline: Duration,
) -> (bool, CommandOutcome<Vec<Reply>>) {
    let call = match commands.as_slice() {
        [Command::Deduct(deduct)] => Call::post(commands::DEDUCT, deduct),
        [Command::Release(release)] => Call::post(commands::RELEASE, release),
        _ => Call::post(commands::COMMANDS, &commands),
    };
    let sent = match call {
        Ok(call) => peer.send(call.within(deadline)).await,
        Err(error) => Sent::NotSent(error.to_string()),
    };
    let failed = peer::is_failure(&sent);
    let outcome = match sent {
        Sent::Answer(answer) if commands.len() == 1 => read(&answer, |reply: Reply| vec![reply]),
        Sent::Answer(answer) => read(&answer, |replies| replies),
        Sent::NotSent(why) => CommandOutcome::NotSent(why),
        Sent::Unknown(why) => CommandOutcome::Unknown(why),
    };
    match outcome {
        CommandOutcome::Known(replies) if replies.len() != commands.len() => {
            (failed, CommandOutcome::Unknown("inventory answered other commands than it was sent".to_owned()))
        }
        outcome => (failed, outcome),
    }
}

fn read<T: DeserializeOwned>(
    answer: &Answer,
    all: impl FnOnce(T) -> Vec<Reply>,
) -> CommandOutcome<Vec<Reply>> {
    let status = answer.status;
    if status.is_server_error() {
        return CommandOutcome::Unknown(format!("inventory answered {status}"));
    }
    match answer.json::<T>() {
        Ok(replies) => CommandOutcome::Known(all(replies)),
        Err(error) if status.is_success() => CommandOutcome::Unknown(format!("cannot read a reply: {error}")),
        // A wrong token, or a version that does not know the command: refused before anything was done.
        Err(_) => CommandOutcome::NotSent(format!("inventory answered {status}")),
    }
}

/// The commands on a database of this process, with chaos around their transaction.
async fn run_here(shop: Arc<Shop>, db: Db, commands: Vec<Command>) -> CommandOutcome<Vec<Reply>> {
    let disturbance = if shop.stock.chaos.is_on() { shop.stock.chaos.draw() } else { Disturbance::default() };
    if let Some(latency) = disturbance.latency {
        tokio::time::sleep(latency).await;
    }
    if let Some(crash) = disturbance.crash {
        return CommandOutcome::Unknown(format!("chaos: {crash:?}"));
    }
    match execute(&shop, &db, commands).await {
        Ok(_) if disturbance.answer_lost => CommandOutcome::Unknown("chaos: the answer is lost".to_owned()),
        Ok(done) => CommandOutcome::Known(done.into_iter().map(|done| done.reply).collect()),
        Err(error @ (Error::Busy(_) | Error::LockTimeout(_) | Error::Unavailable(_))) => {
            CommandOutcome::NotSent(error.to_string())
        }
        Err(error) => CommandOutcome::Unknown(error.to_string()),
    }
}

/// Runs commands on `db`, the database of stock, in one transaction, and tells the shop what they moved.
pub(super) async fn execute(shop: &Shop, db: &Db, commands: Vec<Command>) -> Result<Vec<Done>, Error> {
    let begun = Instant::now();
    let now = shop.now();
    let commands: Arc<[Command]> = commands.into();
    let inner = Arc::clone(&commands);
    let done = db.write(move |tx| run::run_all(tx, &inner, now)).await?;
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
