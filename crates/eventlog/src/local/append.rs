//! The caller's side of an append: hand records to the writers, wait for the answers.

use std::sync::Arc;

use kassa_model::partition_of;
use tokio::sync::oneshot;

use super::queue::Call;
use super::stream::PartitionState;
use crate::{Error, Offset, Partition, Position, Queued, Record};

/// What the writer will say.
type Answer = oneshot::Receiver<Result<u64, Error>>;

/// Queues a call for the partitions of a stream. What waits for the disk holds nothing of the records.
pub(super) async fn queue(partitions: &[Arc<PartitionState>], records: Vec<Record>) -> Result<Queued, Error> {
    let count = records.len();
    match partitions {
        _ if count == 0 => Ok(Queued::new(std::future::ready(Ok(Vec::new())))),
        [only] => {
            let answer = push(only, records).await?;
            Ok(Queued::new(async move {
                let first = wait(answer).await?;
                Ok((first..).take(count).map(|offset| position(0, offset)).collect())
            }))
        }
        _ => queue_split(partitions, records).await,
    }
}

/// Splits a call by partition, keeping the order within each, and puts the positions back into the caller's order.
async fn queue_split(partitions: &[Arc<PartitionState>], records: Vec<Record>) -> Result<Queued, Error> {
    let count = u32::try_from(partitions.len()).expect("at most 1,024 partitions");
    let mut parts = vec![Vec::new(); partitions.len()];
    let mut route = Vec::with_capacity(records.len());
    for record in records {
        let partition = partition_of(record.key, count);
        route.push(partition);
        parts[partition as usize].push(record);
    }
    // All are queued before any is waited for, so that their fsyncs overlap.
    let mut answers = Vec::new();
    for (index, part) in parts.into_iter().enumerate().filter(|(_, part)| !part.is_empty()) {
        answers.push((index, push(&partitions[index], part).await?));
    }
    Ok(Queued::new(gather(answers, route, partitions.len())))
}

/// Waits for the partitions' answers; `route` says where each record went.
async fn gather(
    answers: Vec<(usize, Answer)>,
    route: Vec<Partition>,
    partitions: usize,
) -> Result<Vec<Position>, Error> {
    let used = answers.len();
    let mut next = vec![0; partitions];
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

async fn push(partition: &PartitionState, records: Vec<Record>) -> Result<Answer, Error> {
    let (done, answer) = oneshot::channel();
    if let Some(crowded_out) = partition.queue.try_push(Call::new(records, done))? {
        Box::pin(partition.queue.push(crowded_out)).await?;
    }
    Ok(answer)
}

async fn wait(answer: Answer) -> Result<u64, Error> {
    answer.await.unwrap_or_else(|_| Err(Error::Unavailable("its writer has stopped".to_owned())))
}

fn position(partition: Partition, offset: u64) -> Position {
    Position { partition, offset: Offset(offset) }
}
