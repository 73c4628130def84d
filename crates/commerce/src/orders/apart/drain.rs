//! The drain: sends every command that has no reply yet, again and again, until its reply is known, and commits what that
//! decides. Oldest first per SKU; one process at a time; what it has not done is in the database, so that it goes on where
//! it was after any crash.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use kassa_db::{Db, Error, Tx};
use kassa_model::{MICROS_PER_SECOND, Timestamp, failpoint};
use kassa_service::Shutdown;
use kassa_service::breaker::State;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;

use super::super::work::{Work, WorkKind, store};
use super::accepted::{self, Decision};
use super::flow::{database, decide_edit, orders};
use super::groups::{self, Group};
use crate::lease;
use crate::sabotage::{self, Sabotage};
use crate::shop::Shop;
use crate::transport::CommandOutcome;
use crate::transport::commands::{Command, Reply};
use crate::transport::send::send_all;

/// The lease of whoever drains. Commands are idempotent, so that a former holder who wakes up late does no harm: the lease
/// keeps their order per SKU.
const LEASE: &str = "drain";
/// How long it lasts when it is not renewed, µs.
const LEASE_MICROS: i64 = 10 * MICROS_PER_SECOND;
/// How long a command may take: longer than a slow inventory needs.
const DEADLINE: Duration = Duration::from_secs(8);
/// Calls under way at a time.
const UNDER_WAY_MAX: usize = 16;
/// Rows read at a time.
const ROWS_MAX: i64 = 1_000;
/// How often it looks for work that nobody told it of.
const EVERY: Duration = Duration::from_millis(200);
/// The first pause of a command that failed; doubled each time.
const PAUSE_MICROS: i64 = 100_000;
/// The longest.
const PAUSE_MICROS_MAX: i64 = 5 * MICROS_PER_SECOND;

/// Drains until `shutdown`; a task of every process that has orders.
pub async fn run(shop: Arc<Shop>, shutdown: Shutdown) {
    let owner = Uuid::now_v7().to_string();
    let mut decided = 0;
    loop {
        // After work there is often more, and those behind it must learn that it is done.
        if decided == 0 {
            tokio::select! {
                () = shutdown.wait() => {}
                () = shop.stock.backlog.woken() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
        if shutdown.is_triggered() {
            return leave(&shop, owner).await;
        }
        decided = round(&shop, &owner).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the drain cannot use the database of orders");
            0
        });
    }
}

/// Lets another process drain at once; without it, it waits until the lease has run out.
async fn leave(shop: &Shop, owner: String) {
    let Ok(db) = orders(shop) else { return };
    if let Err(error) = db.write(move |tx| lease::give_back(tx, LEASE, &owner)).await {
        tracing::debug!(%error, "the drain's lease stays until it runs out");
    }
}

/// One look at the work, and as much of it as is due; returns how many rows are done.
pub(crate) async fn round(shop: &Arc<Shop>, owner: &str) -> Result<usize, Error> {
    let db = orders(shop)?.clone();
    if !db.read(store::is_any).await? {
        shop.stock.backlog.set(0, std::iter::empty());
        shop.stock.backlog.note_oldest(None);
        return Ok(0);
    }
    let own = shop.now();
    let most = i64::try_from(shop.options.remotes.accepted_max).unwrap_or(i64::MAX);
    let read = db.read(move |tx| {
        Ok::<_, Error>((tx.now(own)?, store::count(tx, most)?, store::oldest(tx, ROWS_MAX)?))
    });
    let (now, waiting, rows) = read.await?;
    shop.stock.backlog.note_oldest(rows.first().map(|work| work.id));
    // What is neither due nor was ever tried is being sent by the request that made it.
    let rows: Vec<Work> = rows.into_iter().filter(|work| work.attempts > 0 || work.is_due(now)).collect();
    shop.stock.backlog.set(waiting, rows.iter().flat_map(Work::wants));
    if rows.is_empty() || shop.stock.breaker.state() == State::Open {
        return Ok(0);
    }
    let holder = owner.to_owned();
    let held = db.write(move |tx| lease::hold(tx, LEASE, &holder, own, LEASE_MICROS));
    if held.await?.is_none() {
        return Ok(0);
    }
    let places = Arc::new(Semaphore::new(UNDER_WAY_MAX));
    let mut groups = JoinSet::new();
    for group in groups::groups(rows.into_iter().map(Arc::new).collect()) {
        let (shop, db, places) = (Arc::clone(shop), db.clone(), Arc::clone(&places));
        groups.spawn(async move {
            // The semaphore is never closed.
            let _place = places.acquire().await;
            drain_group(&shop, &db, group, now).await
        });
    }
    let mut done = Ok(0);
    while let Some(group) = groups.join_next().await {
        let count = group.unwrap_or_else(|error| Err(Error::Unknown(error.to_string())));
        done = done.and_then(|done| Ok(done + count?));
    }
    done
}

/// Sends what is due of a group; the decisions of one call are committed while the next one is under way.
async fn drain_group(shop: &Arc<Shop>, db: &Db, mut group: Group, now: Timestamp) -> Result<usize, Error> {
    let mut done = 0;
    let mut deciding: Option<JoinHandle<Result<usize, Error>>> = None;
    loop {
        let unit = group.next(now);
        if unit.is_empty() {
            break;
        }
        let unit = claimed(db, unit).await?;
        if unit.is_empty() {
            continue;
        }
        let commands = unit.iter().map(|work| command_of(work)).collect();
        let outcome = send_all(shop, commands, DEADLINE).await;
        if !matches!(outcome, CommandOutcome::Known(_)) {
            unit.iter().for_each(|work| group.block(work));
        }
        let before = deciding.take();
        let open = outcome == CommandOutcome::Open;
        deciding = Some(tokio::spawn(settle_all(Arc::clone(shop), db.clone(), unit, outcome)));
        done += decided(before).await?;
        if open {
            break;
        }
    }
    Ok(done + decided(deciding).await?)
}

/// Those of `unit` that may be sent: the request that began an edit may drop it as long as nobody has tried it. An edit that
/// was sent after it was dropped would hold stock for ever.
pub(super) async fn claimed(db: &Db, mut unit: Vec<Arc<Work>>) -> Result<Vec<Arc<Work>>, Error> {
    let untried = |work: &&Arc<Work>| work.kind == WorkKind::Edit && work.attempts == 0;
    let ids: Vec<i64> = unit.iter().filter(untried).map(|work| work.id).collect();
    if ids.is_empty() {
        return Ok(unit);
    }
    let gone: HashSet<i64> = db
        .write(move |tx| {
            let mut gone = HashSet::new();
            for id in &ids {
                if !store::claim(tx, *id)? {
                    gone.insert(*id);
                }
            }
            Ok::<_, Error>(gone)
        })
        .await?;
    // One that its request has just postponed is the drain's, at its next look.
    unit.retain(|work| !gone.contains(&work.id));
    Ok(unit)
}

/// The very command of the row, under its own name.
fn command_of(work: &Work) -> Command {
    let mut command = work.command.clone();
    if let (true, Command::Deduct(deduct)) = (sabotage::is(Sabotage::NewCommand), &mut command) {
        deduct.reference = format!("{}.{}", deduct.reference, work.attempts);
    }
    command
}

async fn decided(deciding: Option<JoinHandle<Result<usize, Error>>>) -> Result<usize, Error> {
    match deciding {
        Some(deciding) => deciding.await.unwrap_or_else(|error| Err(Error::Unknown(error.to_string()))),
        None => Ok(0),
    }
}

/// Commits what the commands of one call came to; returns how many rows are done by it.
async fn settle_all(
    shop: Arc<Shop>,
    db: Db,
    unit: Vec<Arc<Work>>,
    outcome: CommandOutcome<Vec<Reply>>,
) -> Result<usize, Error> {
    failpoint::hit("drain.after_reply");
    let now = shop.now();
    match outcome {
        CommandOutcome::Open => Ok(0),
        CommandOutcome::NotSent(why) | CommandOutcome::Unknown(why) => {
            tracing::warn!(commands = unit.len(), %why, "commands to stock have no reply; they are sent again");
            let postpone = move |tx: &mut Tx<'_>| {
                let now = tx.now(now)?;
                for work in &unit {
                    let next_at = now.plus_micros(pause(work.attempts, work.id));
                    store::postpone(tx, work.id, next_at)?;
                }
                Ok(0)
            };
            db.write(postpone).await
        }
        CommandOutcome::Known(replies) => {
            // Each in a transaction of its own, all of them in few commits.
            let each = unit.into_iter().zip(replies).map(|(work, reply)| decide(&db, work, reply, now));
            let mut done = 0;
            for decided in join_all(each).await {
                decided?;
                done += 1;
            }
            shop.wake.wake();
            Ok(done)
        }
    }
}

async fn decide(db: &Db, work: Arc<Work>, reply: Reply, now: Timestamp) -> Result<(), Error> {
    if let (WorkKind::Release, Reply::Void { why }) = (work.kind, &reply) {
        tracing::error!(reference = work.command.reference(), %why, "stock was not given back");
    }
    let decision = Decision::from(reply);
    db.write(move |tx| {
        let (id, reference) = (&work.order_id, work.command.reference());
        match work.kind {
            WorkKind::Release => store::finish(tx, reference, now).map(drop),
            WorkKind::Order => accepted::decide(tx, id, &decision, now).map(drop).map_err(database),
            WorkKind::Edit => decide_edit(tx, id, &work.command, &decision, now).map(drop),
        }
    })
    .await
}

/// How long a command that failed `attempts` times waits, µs; spread by a quarter, so that they do not come all at once.
fn pause(attempts: i64, id: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 10)).unwrap_or(10);
    let pause = (PAUSE_MICROS << doublings).min(PAUSE_MICROS_MAX);
    pause - pause / 4 * (id.rem_euclid(8)) / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_longer_and_longer() {
        assert_eq!(pause(0, 0), 100_000);
        assert_eq!(pause(3, 0), 800_000);
        assert_eq!(pause(60, 0), PAUSE_MICROS_MAX);
        assert!((75_000..100_000).contains(&pause(0, 7)));
    }
}
