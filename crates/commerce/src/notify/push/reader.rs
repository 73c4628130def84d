//! One open stream: reads on from a place, a part at a time, and only when what it has read is taken.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kassa_eventlog::{Delivery, Error as LogError, Limits, Partition, Stream, Subscription};
use kassa_service::Problem;

use super::message::{Message, Wish};
use super::place::Place;
use super::store;
use super::streams::{Seat, Streams};
use crate::refuse::{here, problem_of};

/// What is read at a time; one record always passes.
const PART: Limits = Limits { records_max: 64, bytes_max: 64 << 10, wait: Duration::from_millis(500) };
/// Messages that are read at a time.
const MESSAGES_MAX: i64 = 20;
/// How long to wait when something cannot be read.
const PAUSE: Duration = Duration::from_secs(1);

/// An open stream.
#[derive(Debug)]
pub(super) struct Reader {
    streams: Arc<Streams>,
    wish: Wish,
    place: Place,
    log: Box<dyn Subscription>,
    read: VecDeque<Message>,
    ends: Instant,
    _seat: Seat,
}

/// Whether there is more to come.
enum More {
    Yes,
    No,
}

impl Reader {
    /// A stream that goes on at `from`, or begins with what happens next.
    pub(super) async fn open(
        streams: Arc<Streams>,
        wish: Wish,
        from: Option<Place>,
    ) -> Result<Self, Problem> {
        let seat = streams.seat()?;
        let status = streams.log.status(Stream::Orders).await.map_err(|error| {
            tracing::warn!(%error, "cannot look at the log for a stream");
            Problem::unavailable("the log does not answer", 5)
        })?;
        let place = match from {
            Some(from) => from.within(status.log_id),
            None => {
                let db = here(&streams.shop.orders, "notifications")?;
                let inbox = db.read(store::end).await.map_err(|error| problem_of(&error))?;
                let ends = status.partitions.iter().map(|of| (of.partition, of.end));
                Place::new(inbox, status.log_id, ends.collect::<BTreeMap<_, _>>())
            }
        };
        let (log, ends) = (streams.log.read(Stream::Orders), Instant::now() + streams.last);
        Ok(Self { streams, wish, place, log, read: VecDeque::new(), ends, _seat: seat })
    }

    /// The next message; `None` at the end, after which a client asks again.
    pub(super) async fn next(&mut self) -> Option<Message> {
        let shutdown = self.streams.shutdown.clone();
        loop {
            if let Some(message) = self.read.pop_front() {
                return Some(message);
            }
            if Instant::now() >= self.ends {
                return None;
            }
            let more = tokio::select! {
                () = shutdown.wait() => return None,
                more = self.read_on() => more,
            };
            if matches!(more, More::No) {
                return None;
            }
        }
    }

    /// Reads a part, if there is one.
    async fn read_on(&mut self) -> More {
        self.read_messages().await;
        let wait = if self.read.is_empty() { PART.wait } else { Duration::ZERO };
        match self.log.next(Limits { wait, ..PART }).await {
            Ok(Delivery::Idle) => {}
            Ok(Delivery::Assigned { partition, .. }) => return self.seek(partition).await,
            Ok(Delivery::Records { partition, records, .. }) => {
                for (offset, payload) in records {
                    self.place.partitions.insert(partition, offset.after());
                    self.read.extend(self.wish.event(&self.place, &payload));
                }
            }
            Ok(Delivery::Revoked { .. }) => return More::No,
            // It has fallen behind what is retained: who asks again begins with the first that is.
            Err(LogError::OutOfRange(_)) => return More::No,
            Err(error) => {
                tracing::debug!(%error, "cannot read on for a stream");
                tokio::time::sleep(PAUSE).await;
            }
        }
        More::Yes
    }

    async fn seek(&mut self, partition: Partition) -> More {
        let Some(offset) = self.place.partitions.get(&partition).copied() else { return More::Yes };
        match self.log.seek(partition, offset).await {
            Ok(()) => More::Yes,
            // What is no longer there cannot be sent: it begins with the first that is.
            Err(LogError::OutOfRange(_)) => {
                self.place.partitions.remove(&partition);
                More::Yes
            }
            Err(error) => {
                tracing::debug!(%error, "cannot go on with a stream where it ended");
                More::No
            }
        }
    }

    async fn read_messages(&mut self) {
        let Some(db) = &self.streams.shop.orders else { return };
        let after = self.place.inbox;
        match db.read(move |tx| store::after(tx, after, MESSAGES_MAX)).await {
            Ok(found) => {
                for put in found {
                    self.place.inbox = put.seq;
                    self.read.extend(self.wish.message(&self.place, put));
                }
            }
            Err(error) => {
                let error: kassa_db::Error = error;
                tracing::debug!(%error, "cannot read the messages of a stream");
            }
        }
    }
}
