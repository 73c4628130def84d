//! Taking up a partition: what the store holds of it, the check that its position is of this log, and the seek there.

use std::sync::{Arc, Mutex, PoisonError};

use kassa_eventlog::{Epoch, Offset, Partition, Status, Stream};
use kassa_eventstore::{Error as StoreError, Mark, Resume, Resumed};
use kassa_model::Timestamp;
use tokio::time::Instant;
use uuid::Uuid;

use super::driver::{Driver, Held};
use super::fold::Fold;
use super::parts::Halt;
use super::processor::Error;
use super::status::ProcessorState;

/// A fold that is being filled, and the store's position as it came with that.
type Filling = Mutex<(Fold, Option<Mark>)>;

/// Where the store stands, before it is asked for more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Standing {
    mark: Option<Mark>,
    state: Option<String>,
    newest: Option<Timestamp>,
}

impl Driver<'_> {
    /// Takes up a partition where the store stands. `fold` is empty.
    pub(super) async fn take_up(
        &mut self,
        partition: Partition,
        epoch: Epoch,
        fold: Fold,
    ) -> Result<(), Halt> {
        let (fold, mark) = self.resume(partition, fold).await?;
        if self.goal.is_some() && mark.is_some() {
            return Err(Halt::Failed(Error::NotEmpty(partition)));
        }
        let Some((log_id, from)) = self.seek(partition, mark).await? else { return Ok(()) };
        let held = Held {
            epoch,
            log_id,
            fold,
            from,
            waiting: Vec::new(),
            waiting_bytes: 0,
            ready: None,
            // So that the first records are stored at once.
            launched: Instant::now() - self.parts.flush_every(),
            failures: 0,
        };
        let moment = held.moment(from);
        let (ids, visitors, empty) = (moment.dedupe.ids, moment.sessions.visitors, mark.is_none());
        tracing::info!(partition, position = %from, ids, visitors, empty, "taking up a partition");
        self.parts.board.set_partition(partition, moment);
        self.parts.board.set_state(ProcessorState::Running);
        self.held.insert(partition, held);
        Ok(())
    }

    /// Drops a partition's memory and takes up what the store holds: after a conflict, or when it is not known what the
    /// store has.
    pub(super) async fn take_up_again(&mut self, partition: Partition) -> Result<(), Halt> {
        let Some(mut held) = self.held.remove(&partition) else { return Ok(()) };
        let failures = held.failures;
        self.take_up(partition, held.epoch, held.fold.emptied()).await?;
        if let Some(held) = self.held.get_mut(&partition) {
            held.failures = failures;
        }
        Ok(())
    }

    /// Fills `fold` with what the store holds, trying until it answers.
    async fn resume(&mut self, partition: Partition, mut fold: Fold) -> Result<(Fold, Option<Mark>), Halt> {
        let mut failures = 0;
        loop {
            let (mut filled, answer) = self.filled(partition, fold).await?;
            match answer {
                Ok(mark) => return Ok((filled, mark)),
                Err(error) => self.parts.pause(error.to_string(), &mut failures).await?,
            }
            fold = filled.emptied();
        }
    }

    /// Asks the store where it stands, and then for what a fold there remembers. The fold comes back in any case.
    async fn filled(
        &mut self,
        partition: Partition,
        mut fold: Fold,
    ) -> Result<(Fold, Result<Option<Mark>, StoreError>), Halt> {
        let standing = match self.standing(partition).await? {
            Ok(standing) => standing,
            Err(error) => return Ok((fold, Err(error))),
        };
        let ask = fold.begin_resume(standing.state.as_deref(), standing.newest);
        let nothing = Fold::new(partition, self.parts.options.fold());
        let filling = Arc::new(Mutex::new((fold, None)));
        let sink = Arc::clone(&filling);
        let asked = self.parts.store.resume(ask, Box::new(move |piece| fill(&sink, piece)));
        let answer = self.parts.unless_stopped(asked).await?;
        let mut filled = filling.lock().unwrap_or_else(PoisonError::into_inner);
        let (fold, mark) = std::mem::replace(&mut *filled, (nothing, None));
        let answer = answer.and_then(|()| match mark == standing.mark {
            true => Ok(mark),
            false => Err(StoreError::Unavailable("it moved on while it was asked".to_owned())),
        });
        Ok((fold, answer))
    }

    async fn standing(&mut self, partition: Partition) -> Result<Result<Standing, StoreError>, Halt> {
        let found = Arc::new(Mutex::new(Standing::default()));
        let sink = Arc::clone(&found);
        let keep = move |piece| {
            let mut found = sink.lock().unwrap_or_else(PoisonError::into_inner);
            match piece {
                Resumed::Mark(mark) => found.mark = mark,
                Resumed::State(state) => found.state = state,
                Resumed::Clock(newest) => found.newest = newest,
                Resumed::Sessions(_) | Resumed::Names(_) | Resumed::Ids(_) => {}
            }
        };
        let asked = self.parts.store.resume(Resume::standing(partition), Box::new(keep));
        let answer = self.parts.unless_stopped(asked).await?;
        let found = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(answer.map(|()| found))
    }

    /// Goes to the store's position, or to the log's first record for an empty store; `None` when the partition is
    /// another's by now.
    async fn seek(
        &mut self,
        partition: Partition,
        mark: Option<Mark>,
    ) -> Result<Option<(Uuid, Offset)>, Halt> {
        let mut failures = 0;
        loop {
            let status = match self.parts.log.status(Stream::Events).await {
                Ok(status) => status,
                Err(error) => {
                    self.parts.log_failed(error, &mut failures).await?;
                    continue;
                }
            };
            let position = position_in(&status, partition, mark).map_err(Halt::Failed)?;
            match self.subscription.seek(partition, position).await {
                // What the store holds is done: a process that was killed before it could say so left an old mark, and
                // without new records nobody else would ever move it.
                Ok(()) => match self.subscription.commit(&[(partition, position)]).await {
                    Ok(()) => return Ok(Some((status.log_id, position))),
                    Err(kassa_eventlog::Error::Fenced(_)) => return Ok(None),
                    Err(error) => self.parts.log_failed(error, &mut failures).await?,
                },
                Err(kassa_eventlog::Error::Fenced(_)) => return Ok(None),
                // Retention moved on between the two calls: look again.
                Err(kassa_eventlog::Error::OutOfRange(_)) if mark.is_none() => {}
                Err(kassa_eventlog::Error::OutOfRange(why)) => {
                    return Err(Halt::Failed(Error::Removed { partition, position, why }));
                }
                Err(error) => self.parts.log_failed(error, &mut failures).await?,
            }
        }
    }
}

/// Where to read on: the store's position, if it can be one of this log.
pub(super) fn position_in(
    status: &Status,
    partition: Partition,
    mark: Option<Mark>,
) -> Result<Offset, Error> {
    let found = status.partitions.iter().find(|found| found.partition == partition);
    let (first, end) = found.map_or((Offset::START, Offset::START), |found| (found.first, found.end));
    match mark {
        None => Ok(first),
        Some(mark) if mark.log_id != status.log_id => {
            Err(Error::OtherLog { store: mark.log_id, log: status.log_id })
        }
        Some(Mark { position, .. }) => match u64::try_from(position).map(Offset) {
            Ok(known) if known <= end => Ok(known),
            _ => Err(Error::BeyondEnd { partition, position, end }),
        },
    }
}

fn fill(filling: &Filling, piece: Resumed) {
    let mut filling = filling.lock().unwrap_or_else(PoisonError::into_inner);
    match piece {
        Resumed::Mark(mark) => filling.1 = mark,
        other => filling.0.resume(other),
    }
}
