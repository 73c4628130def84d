//! The caller's side of an append: hand records to the writers, wait for the answers.

use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use kassa_model::partition_of;
use tokio::sync::oneshot;

use super::queue::Call;
use super::stream::PartitionState;
use crate::{Error, Offset, Partition, Position, Record};

/// What the writer will say, or why it was not asked.
type Asked = Result<oneshot::Receiver<Result<u64, Error>>, Error>;

/// What a caller of the log is told.
pub(super) type Appended = Result<Vec<Position>, Error>;

/// A call on its way.
pub(super) type Appending<'a> = Pin<Box<dyn Future<Output = Appended> + Send + 'a>>;

/// Appends to the partitions of a stream; ready once all records are durable. One partition's records are queued before
/// this returns, so that the future holds nothing of them.
pub(super) fn append(partitions: &[Arc<PartitionState>], records: Vec<Record>) -> Appending<'_> {
    let [only] = partitions else { return Box::pin(append_split(partitions, records)) };
    let count = records.len();
    if count == 0 {
        return Box::pin(ready(Ok(Vec::new())));
    }
    let (done, answer) = oneshot::channel();
    match only.queue.try_push(Call::new(records, done)) {
        Ok(None) => Box::pin(appended(answer, count)),
        Ok(Some(crowded_out)) => Box::pin(async move {
            only.queue.push(crowded_out).await?;
            appended(answer, count).await
        }),
        Err(why) => Box::pin(ready(Err(why))),
    }
}

async fn appended(answer: oneshot::Receiver<Result<u64, Error>>, count: usize) -> Appended {
    let first = wait(Ok(answer)).await?;
    Ok((first..).take(count).map(|offset| position(0, offset)).collect())
}

/// Splits a call by partition, keeping the order within each, and puts the positions back into the caller's order.
async fn append_split(partitions: &[Arc<PartitionState>], records: Vec<Record>) -> Appended {
    let count = u32::try_from(partitions.len()).expect("at most 1,024 partitions");
    let mut parts = vec![Vec::new(); partitions.len()];
    let mut route = Vec::with_capacity(records.len());
    for record in records {
        let partition = partition_of(record.key, count);
        route.push(partition);
        parts[partition as usize].push(record);
    }
    let used = parts.iter().filter(|part| !part.is_empty()).count();
    // All are queued before any is waited for, so that their fsyncs overlap.
    let mut answers = Vec::with_capacity(used);
    for (index, part) in parts.into_iter().enumerate().filter(|(_, part)| !part.is_empty()) {
        answers.push((index, push(&partitions[index], part).await));
    }
    let mut next = vec![0; partitions.len()];
    let mut failed = None;
    for (index, answer) in answers {
        match wait(answer).await {
            Ok(first) => next[index] = first,
            Err(why) => failed = Some(why),
        }
    }
    match failed {
        // Another partition may have taken its part, so `Full` would promise too much.
        Some(Error::Full(why)) if used > 1 => {
            return Err(Error::Unavailable(format!("a partition is full: {why}")));
        }
        Some(why) => return Err(why),
        None => {}
    }
    let positions = route.into_iter().map(|partition| {
        let offset = next[partition as usize];
        next[partition as usize] += 1;
        position(partition, offset)
    });
    Ok(positions.collect())
}

async fn push(partition: &PartitionState, records: Vec<Record>) -> Asked {
    let (done, answer) = oneshot::channel();
    if let Some(crowded_out) = partition.queue.try_push(Call::new(records, done))? {
        Box::pin(partition.queue.push(crowded_out)).await?;
    }
    Ok(answer)
}

async fn wait(asked: Asked) -> Result<u64, Error> {
    asked?.await.unwrap_or_else(|_| Err(Error::Unavailable("its writer has stopped".to_owned())))
}

fn position(partition: Partition, offset: u64) -> Position {
    Position { partition, offset: Offset(offset.into()) }
}
