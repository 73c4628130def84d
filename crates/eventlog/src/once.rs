//! Reading what is there and no more: up to the ends that the log had when it was asked.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::{Delivery, Error, EventLog, Limits, Offset, Partition, Status, Stream};

/// Gives `each` every retained record of `stream` before the ends that `status` names, and perhaps some after them, beside
/// all groups: in order within a partition.
///
/// # Errors
/// The log's; [`Error::OutOfRange`] when retention has deleted what was to be read.
pub async fn read_up_to(
    log: &dyn EventLog,
    (stream, status): (Stream, &Status),
    mut each: impl FnMut(Partition, Offset, &Bytes),
) -> Result<(), Error> {
    let mut reading = log.read(stream);
    let limits = Limits { records_max: 5_000, bytes_max: 8 << 20, ..Limits::BATCH };
    while status
        .partitions
        .iter()
        .any(|part| part.first < part.end && reading.position(part.partition) < Some(part.end))
    {
        if let Delivery::Records { partition, records, .. } = reading.next(limits).await? {
            records.iter().for_each(|(offset, payload)| each(partition, *offset, payload));
        }
    }
    Ok(())
}

/// Every retained record of `stream` by partition: for small logs and tests.
///
/// # Errors
/// As [`read_up_to`].
pub async fn retained(
    log: &dyn EventLog,
    stream: Stream,
) -> Result<BTreeMap<Partition, Vec<(Offset, Bytes)>>, Error> {
    let status = log.status(stream).await?;
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let each = |partition, offset, payload: &Bytes| {
        all.entry(partition).or_default().push((offset, payload.clone()));
    };
    read_up_to(log, (stream, &status), each).await?;
    Ok(all)
}
