//! Taking up a partition: what the store holds of it, the check that its position is of this log, and the seek there.

use std::sync::{Arc, Mutex, PoisonError};

use kassa_eventlog::{Epoch, Offset, Partition, Status, Stream, Subscription};
use kassa_eventstore::{Error as StoreError, Mark, Resume, Resumed};
use kassa_model::Timestamp;
use tokio::time::Instant;
use uuid::Uuid;

use super::assigned::Assigned;
use super::environment::{Begins, Environment, Halt};
use super::error::Error;
use super::fold::Fold;
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

/// Takes up a partition where the store stands; `None`: it is another's by now. `fold` is empty.
pub(super) async fn take_up(
    environment: &Environment<'_>,
    subscription: &mut dyn Subscription,
    partition: Partition,
    epoch: Epoch,
    fold: Fold,
) -> Result<Option<Assigned>, Halt> {
    let (fold, mark) = resume(environment, partition, fold).await?;
    if environment.begins == Begins::Anew && mark.is_some() {
        return Err(Halt::Failed(Error::NotEmpty(partition)));
    }
    let Some((log_id, from)) = seek(environment, subscription, partition, mark).await? else {
        return Ok(None);
    };
    let assigned = Assigned {
        epoch,
        log_id,
        fold,
        from,
        waiting: Vec::new(),
        waiting_bytes: 0,
        ready: None,
        // So that the first records are stored at once.
        launched: Instant::now() - environment.flush_every(),
        failures: 0,
    };
    let moment = assigned.moment(from);
    let (ids, visitors, empty) = (moment.dedupe.ids, moment.sessions.visitors, mark.is_none());
    tracing::info!(partition, position = %from, ids, visitors, empty, "taking up a partition");
    environment.board.set_partition(partition, moment);
    environment.board.set_state(ProcessorState::Running);
    Ok(Some(assigned))
}

/// Fills `fold` with what the store holds, trying until it answers.
async fn resume(
    environment: &Environment<'_>,
    partition: Partition,
    mut fold: Fold,
) -> Result<(Fold, Option<Mark>), Halt> {
    let mut failures = 0;
    loop {
        let (mut filled, answer) = filled(environment, partition, fold).await?;
        match answer {
            Ok(mark) => return Ok((filled, mark)),
            Err(error) => environment.pause(error.to_string(), &mut failures).await?,
        }
        fold = filled.emptied();
    }
}

/// Asks the store where it stands, and then for what a fold there remembers. The fold comes back in any case.
async fn filled(
    environment: &Environment<'_>,
    partition: Partition,
    mut fold: Fold,
) -> Result<(Fold, Result<Option<Mark>, StoreError>), Halt> {
    let standing = match standing(environment, partition).await? {
        Ok(standing) => standing,
        Err(error) => return Ok((fold, Err(error))),
    };
    let ask = fold.begin_resume(standing.state.as_deref(), standing.newest);
    let nothing = Fold::new(partition, environment.options.fold());
    let filling = Arc::new(Mutex::new((fold, None)));
    let sink = Arc::clone(&filling);
    let asked = environment.store.resume(ask, Box::new(move |piece| fill(&sink, piece)));
    let answer = environment.unless_stopped(asked).await?;
    let mut filled = filling.lock().unwrap_or_else(PoisonError::into_inner);
    let (fold, mark) = std::mem::replace(&mut *filled, (nothing, None));
    let answer = answer.and_then(|()| match mark == standing.mark {
        true => Ok(mark),
        false => Err(StoreError::Unavailable("it moved on while it was asked".to_owned())),
    });
    Ok((fold, answer))
}

async fn standing(
    environment: &Environment<'_>,
    partition: Partition,
) -> Result<Result<Standing, StoreError>, Halt> {
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
    let asked = environment.store.resume(Resume::standing(partition), Box::new(keep));
    let answer = environment.unless_stopped(asked).await?;
    let found = found.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(answer.map(|()| found))
}

/// Goes to the store's position, or to the log's first record for an empty store; `None` when the partition is
/// another's by now.
async fn seek(
    environment: &Environment<'_>,
    subscription: &mut dyn Subscription,
    partition: Partition,
    mark: Option<Mark>,
) -> Result<Option<(Uuid, Offset)>, Halt> {
    let mut failures = 0;
    loop {
        let status = match environment.log.status(Stream::Events).await {
            Ok(status) => status,
            Err(error) => {
                environment.log_failed(error, &mut failures).await?;
                continue;
            }
        };
        let position = position_in(&status, partition, mark).map_err(Halt::Failed)?;
        match subscription.seek(partition, position).await {
            // What the store holds is done: a process that was killed before it could say so left an old mark, and
            // without new records nobody else would ever move it.
            Ok(()) => match subscription.commit(&[(partition, position)]).await {
                Ok(()) => return Ok(Some((status.log_id, position))),
                Err(kassa_eventlog::Error::Fenced(_)) => return Ok(None),
                Err(error) => environment.log_failed(error, &mut failures).await?,
            },
            Err(kassa_eventlog::Error::Fenced(_)) => return Ok(None),
            // Retention moved on between the two calls: look again.
            Err(kassa_eventlog::Error::OutOfRange(_)) if mark.is_none() => {}
            Err(kassa_eventlog::Error::OutOfRange(why)) => {
                return Err(Halt::Failed(Error::Removed { partition, position, why }));
            }
            Err(error) => environment.log_failed(error, &mut failures).await?,
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
        Some(Mark { position, .. }) if position > end.0 => {
            Err(Error::BeyondEnd { partition, position: Offset(position), end })
        }
        Some(Mark { position, .. }) => Ok(Offset(position)),
    }
}

fn fill(filling: &Filling, piece: Resumed) {
    let mut filling = filling.lock().unwrap_or_else(PoisonError::into_inner);
    match piece {
        Resumed::Mark(mark) => filling.1 = mark,
        other => filling.0.resume(other),
    }
}
