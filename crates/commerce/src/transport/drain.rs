//! The drain: sends every command that has no reply yet, again and again, until its reply is known, and commits what that
//! decides. Oldest first per SKU; one process at a time; what it has not done is in the database, so that it goes on where
//! it was after any crash.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_db::{Db, Error};
use kassa_model::{MICROS_PER_SECOND, Timestamp, failpoint};
use kassa_service::Shutdown;
use kassa_service::breaker::State;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::commands::Reply;
use super::flow::{database, orders};
use super::work::store;
use super::work::{Kind, Lanes, Work};
use super::{Outcome, send_once};
use crate::Shop;
use crate::idempotency;
use crate::orders::accepted::{self, Decision};

/// How long a command may take: longer than a slow inventory needs.
const DEADLINE: Duration = Duration::from_secs(8);
/// Commands under way at a time.
const UNDER_WAY_MAX: usize = 16;
/// Decisions being committed at a time.
const DECIDING_MAX: usize = 64;
/// Rows read at a time.
const ROWS_MAX: i64 = 1_000;
/// How often it looks for work that nobody told it of.
const EVERY: Duration = Duration::from_millis(200);
/// How often it cleans up.
const CLEAN_EVERY: Duration = Duration::from_secs(60);
/// Rows that one cleaning removes.
const CLEANED_MAX: i64 = 2_000;
/// The first pause of a command that failed; doubled each time.
const PAUSE_MICROS: i64 = 100_000;
/// The longest.
const PAUSE_MICROS_MAX: i64 = 5 * MICROS_PER_SECOND;

/// Drains until `shutdown`; a task of every process that has orders.
pub async fn run(shop: Arc<Shop>, shutdown: Shutdown) {
    let owner = Uuid::now_v7().to_string();
    let mut cleaned = Instant::now();
    let mut decided = 0;
    while !shutdown.is_triggered() {
        // After work there is often more, and those behind it must learn that it is done.
        if decided == 0 {
            tokio::select! {
                () = shutdown.wait() => return,
                () = shop.stock.backlog.woken() => {}
                () = tokio::time::sleep(EVERY) => {}
            }
        }
        decided = round(&shop, &owner).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the drain cannot use the database of orders");
            0
        });
        if cleaned.elapsed() >= CLEAN_EVERY {
            cleaned = Instant::now();
            if let Err(error) = clean(&shop).await {
                tracing::warn!(%error, "the drain cannot clean up");
            }
        }
    }
}

/// One look at the work, and as much of it as is due; returns how many rows are done.
///
/// # Errors
/// The database's.
pub(crate) async fn round(shop: &Arc<Shop>, owner: &str) -> Result<usize, Error> {
    let db = orders(shop)?.clone();
    if !db.read(store::is_any).await? {
        shop.stock.backlog.set(0, std::iter::empty());
        return Ok(0);
    }
    let now = shop.now();
    let most = i64::try_from(shop.options.remotes.accepted_max).unwrap_or(i64::MAX);
    let (waiting, rows) =
        db.read(move |tx| Ok::<_, Error>((store::count(tx, most)?, store::oldest(tx, ROWS_MAX)?))).await?;
    // What is neither due nor was ever tried is being sent by the request that made it.
    let rows: Vec<Work> = rows.into_iter().filter(|work| work.attempts > 0 || work.next_at <= now).collect();
    shop.stock.backlog.set(waiting, rows.iter());
    if rows.is_empty() || shop.stock.breaker.state() == State::Open {
        return Ok(0);
    }
    let holder = owner.to_owned();
    if !db.write(move |tx| store::hold_lease(tx, &holder, now)).await? {
        return Ok(0);
    }
    Round { shop: Arc::clone(shop), db, now, rows: rows.into_iter().map(Arc::new).collect() }.drain().await
}

/// The rows of one look.
struct Round {
    shop: Arc<Shop>,
    db: Db,
    now: Timestamp,
    rows: Vec<Arc<Work>>,
}

impl Round {
    /// Sends what is due, a row of a SKU as soon as the one before it has its reply; decisions are committed meanwhile,
    /// so that they share commits.
    async fn drain(self) -> Result<usize, Error> {
        let wants = |work: &'_ Work| work.wants().iter().map(|line| line.sku.clone()).collect::<Vec<_>>();
        let skus: Vec<Vec<String>> = self.rows.iter().map(|work| wants(work)).collect();
        let mut lanes = Lanes::new(skus.iter().map(|skus| skus.iter().map(String::as_str)));
        let mut sending: JoinSet<(usize, Outcome)> = JoinSet::new();
        let mut deciding: JoinSet<Result<usize, Error>> = JoinSet::new();
        let (mut open, mut decided, mut failed) = (false, 0, Ok(()));
        loop {
            while !open && sending.len() < UNDER_WAY_MAX && deciding.len() < DECIDING_MAX {
                let Some(row) = lanes.next() else { break };
                if self.rows[row].next_at <= self.now {
                    self.start(row, &mut sending);
                }
            }
            tokio::select! {
                Some(sent) = sending.join_next() => {
                    let Ok((row, outcome)) = sent else { continue };
                    open |= outcome == Outcome::Open;
                    if matches!(outcome, Outcome::Known(_)) {
                        lanes.done(row, skus[row].iter().map(String::as_str));
                    }
                    let (shop, db, work) = (Arc::clone(&self.shop), self.db.clone(), Arc::clone(&self.rows[row]));
                    deciding.spawn(async move { settle(&shop, &db, &work, outcome).await });
                }
                Some(done) = deciding.join_next() => match done {
                    Ok(Ok(count)) => decided += count,
                    Ok(Err(error)) => failed = Err(error),
                    Err(error) => failed = Err(Error::Unknown(error.to_string())),
                },
                else => return failed.map(|()| decided),
            }
        }
    }

    fn start(&self, row: usize, sending: &mut JoinSet<(usize, Outcome)>) {
        let (shop, work) = (Arc::clone(&self.shop), Arc::clone(&self.rows[row]));
        sending.spawn(async move { (row, send_once(&shop, &work.command, DEADLINE).await) });
    }
}

/// Commits what a command came to; returns how many rows are done by it.
async fn settle(shop: &Shop, db: &Db, work: &Arc<Work>, outcome: Outcome) -> Result<usize, Error> {
    failpoint::hit("drain.after_reply");
    let (now, work) = (shop.now(), Arc::clone(work));
    let reply = match outcome {
        Outcome::Known(reply) => reply,
        Outcome::Open => return Ok(0),
        Outcome::NotSent(why) | Outcome::Unknown(why) => {
            tracing::debug!(reference = work.command.reference(), %why, "a command to stock has no reply");
            let next_at = now.plus_micros(pause(work.attempts, work.id));
            db.write(move |tx| store::postpone(tx, work.command.reference(), next_at)).await?;
            return Ok(0);
        }
    };
    if let (Kind::Release, Reply::Void { why }) = (work.kind, &reply) {
        tracing::error!(reference = work.command.reference(), %why, "stock was not given back");
    }
    db.write(move |tx| {
        let (id, reference) = (&work.order_id, work.command.reference());
        let decision = Decision::from(reply.clone());
        match work.kind {
            Kind::Release => drop(accepted::finish_work(tx, reference, now)?),
            Kind::Order => drop(accepted::decide(tx, id, &decision, now).map_err(database)?),
            Kind::Edit => drop(accepted::decide_edit(tx, id, reference, &decision, now).map_err(database)?),
        }
        Ok(1)
    })
    .await
}

/// How long a command that failed `attempts` times waits, µs; spread by a quarter, so that they do not come all at once.
fn pause(attempts: i64, id: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(0, 10)).unwrap_or(10);
    let pause = (PAUSE_MICROS << doublings).min(PAUSE_MICROS_MAX);
    pause - pause / 4 * (id.rem_euclid(8)) / 8
}

/// Makes answers final whose deadline has passed, and removes what has outlived its day.
async fn clean(shop: &Shop) -> Result<(), Error> {
    let (db, now) = (orders(shop)?, shop.now());
    db.write(move |tx| {
        idempotency::close_expired(tx, now)?;
        idempotency::clean(tx, now, CLEANED_MAX)?;
        store::clean(tx, now, CLEANED_MAX).map(drop)
    })
    .await
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
