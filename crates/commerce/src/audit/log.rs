//! Invariant 5, the log's part: every row that is marked as published is in the stream `orders`, unless the log has let go of
//! what is so old. And of invariant 7: no
//! reader of the log is behind for long.

use std::time::{Duration, Instant};

use bytes::Bytes;
use kassa_db::{Db, params};
use kassa_eventlog::{Delivery, Error, EventLog, GroupStatus, Limits, Offset, Status, Stream, read_up_to};
use kassa_model::{LogRecord, Timestamp, decode};
use serde::Deserialize;
use uuid::Uuid;

use super::money::Money;
use super::names::{Names, Passes, Said};
use super::report::{Age, Invariant, Unread};
use super::terms::{Step, Terms};
use crate::notify::NOTIFIER_GROUP;
use crate::notify::store::position;

/// Rows of a page: they hold whole orders.
const ROWS: i64 = 200;
/// Between two looks at a reader that is behind.
const AGAIN: Duration = Duration::from_millis(250);

/// The part of a public event that the audit reads.
#[derive(Deserialize)]
struct Public {
    id: String,
    occurred_at: Option<String>,
    /// Of what a file tells of: since when it is known.
    imported: Option<Imported>,
}

/// The part of where something of before came from that the audit reads.
#[derive(Deserialize)]
struct Imported {
    at: String,
}

/// Judges published rows against the log.
pub(super) async fn judge_published(db: &Db, log: &dyn EventLog, terms: &Terms) -> Result<Invariant, Unread> {
    let mut five = Invariant::new(5);
    let counted = db
        .read(|tx| {
            let sql = "SELECT COUNT(*) FROM outbox WHERE id NOT IN (SELECT id FROM outbox_waiting)";
            tx.first(sql, params![], |row| row.int(0))
        })
        .await;
    let rows = u64::try_from(counted?.unwrap_or(0)).unwrap_or(0);
    let mut gone = 0;
    for mut names in Passes::of(rows, terms.options.names_max).iter() {
        // What is published meanwhile is not among the names; what is among them was in the log before it was marked.
        let mut read = 0;
        each_published(db, |row| {
            read += u64::from(names.add(&row.id) != Said::Elsewhere);
        })
        .await?;
        let since = take_off(log, &mut names, terms).await?;
        five.checked += read;
        if !names.is_empty() {
            each_published(db, |row| gone += tell_missing(row, &mut names, (since, &mut five))).await?;
        }
    }
    if gone > 0 {
        five.note(format!(
            "{gone} published changes are older than what the log retains: they were marked once they were in it"
        ));
    }
    Ok(five)
}

/// A published row.
struct Published {
    id: String,
    created_at: i64,
}

async fn each_published(db: &Db, mut each: impl FnMut(&Published)) -> Result<(), kassa_db::Error> {
    let mut after = i64::MIN;
    loop {
        let page = db
            .read(move |tx| {
                let sql = "SELECT id, body, created_at FROM outbox \
                           WHERE id > $1 AND id NOT IN (SELECT id FROM outbox_waiting) ORDER BY id LIMIT $2";
                tx.all(sql, params![after, ROWS], |row| Ok((row.int(0)?, row.text(1)?, row.int(2)?)))
            })
            .await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.0;
        for (row, body, created_at) in page {
            let id =
                serde_json::from_str(&body).map_or_else(|_| format!("row {row}"), |public: Public| public.id);
            each(&Published { id, created_at });
        }
    }
}

/// Takes what the log holds off the names. Returns since when it surely holds everything, if it has let go of anything.
async fn take_off(log: &dyn EventLog, names: &mut Names, terms: &Terms) -> Result<Option<i64>, Error> {
    let (mut since, mut read) = (None, 0);
    let mut firsts = std::collections::HashSet::new();
    let status = log.status(Stream::Orders).await?;
    let trimmed =
        |partition| status.partitions.iter().any(|of| of.partition == partition && of.first != Offset::START);
    let each = |partition, _, payload: &Bytes| {
        let Ok(public) = serde_json::from_slice::<Public>(payload) else { return };
        names.remove(&public.id);
        read += 1;
        if firsts.insert(partition) && trimmed(partition) {
            since = since.max(occurred(&public).map(Timestamp::micros));
        }
        if read % 1_000 == 0 {
            terms.tell(Step::Log, read, None);
        }
    };
    read_up_to(log, (Stream::Orders, &status), each).await?;
    Ok(since)
}

/// When a public event was written, by which the log and the outbox are compared.
fn occurred(public: &Public) -> Option<Timestamp> {
    let imported = public.imported.as_ref().map(|imported| imported.at.as_str());
    imported.or(public.occurred_at.as_deref()).and_then(|text| text.parse().ok())
}

/// A row whose id the log does not hold; 1 if it is older than what the log retains.
fn tell_missing(row: &Published, names: &mut Names, (since, five): (Option<i64>, &mut Invariant)) -> u64 {
    if names.has(&row.id) != Said::Yes {
        return 0;
    }
    if since.is_some_and(|since| row.created_at <= since) {
        return 1;
    }
    five.violated(&row.id, "it is marked as published, and the log does not hold it");
    0
}

/// Readers of the log that note for themselves how far they are, with what they make of it.
#[derive(Clone, Copy)]
pub(super) struct Readers<'a> {
    pub(super) money: Option<&'a dyn Money>,
    /// Where the notifier notes it.
    pub(super) orders: Option<&'a Db>,
}

impl Readers<'_> {
    /// What a group reads next by its own notes: the log's mark may be older, after a crash. One that cannot be asked is told
    /// of elsewhere; the log's mark counts then. `None`: there is no such reader, as where no notifier ever ran.
    async fn next(self, stream: Stream, group: &GroupStatus, place: (Uuid, u32)) -> Option<Offset> {
        let (log_id, partition) = place;
        match (stream, self.money, self.orders) {
            (Stream::Events, Some(money), _) => {
                let reached = money.reached(&group.group, partition).await.ok().flatten();
                let reached = reached.filter(|(id, _)| *id == log_id);
                Some(reached.map_or(group.next, |(_, offset)| group.next.max(offset)))
            }
            (Stream::Orders, _, Some(db)) if group.group == NOTIFIER_GROUP => {
                let id = log_id.to_string();
                let noted = db.read(move |tx| position(tx, &id, partition)).await;
                noted.unwrap_or(Some(group.next))
            }
            _ => Some(group.next),
        }
    }
}

/// Judges how far the groups have come.
pub(super) async fn judge_lag(
    log: &dyn EventLog,
    readers: Readers<'_>,
    terms: &Terms,
) -> Result<Invariant, Unread> {
    let until = Instant::now() + terms.options.patience;
    loop {
        let mut seven = Invariant::new(7);
        for stream in Stream::ALL {
            look((log, readers), stream, terms, &mut seven).await?;
        }
        if seven.ok || Instant::now() >= until {
            return Ok(seven);
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn look(
    (log, readers): (&dyn EventLog, Readers<'_>),
    stream: Stream,
    terms: &Terms,
    seven: &mut Invariant,
) -> Result<(), Error> {
    let status = log.status(stream).await?;
    for partition in &status.partitions {
        for group in &partition.groups {
            if group.lag_records == 0 {
                seven.checked += 1;
                continue;
            }
            let place = (status.log_id, partition.partition);
            let Some(next) = readers.next(stream, group, place).await else { continue };
            if next >= partition.end {
                seven.checked += 1;
                continue;
            }
            let since = time_at(log, (stream, &status), (partition.partition, next)).await?;
            let about = format!("{} {}", stream.name(), partition.partition);
            let (group, lag) = (&group.group, group.lag_records);
            let what = |seconds| format!("{group} is {lag} records and {seconds} s behind");
            seven.waits(since.map_or(Age::Young, |since| terms.age(since.micros())), about, what);
        }
    }
    Ok(())
}

/// When the first record at or after an offset came.
async fn time_at(
    log: &dyn EventLog,
    (stream, status): (Stream, &Status),
    (wanted, from): (u32, Offset),
) -> Result<Option<Timestamp>, Error> {
    let mut reading = log.read(stream);
    let mut end = from;
    for partition in &status.partitions {
        let mut to = partition.end;
        if partition.partition == wanted {
            (to, end) = (from.max(partition.first), partition.end);
        }
        reading.seek(partition.partition, to).await?;
    }
    let limits = Limits { records_max: 1, bytes_max: 1, wait: Duration::from_millis(100) };
    while reading.position(wanted) < Some(end) {
        if let Delivery::Records { partition, records, .. } = reading.next(limits).await?
            && partition == wanted
        {
            return Ok(records.first().and_then(|(_, payload)| time_of(stream, payload)));
        }
    }
    Ok(None)
}

fn time_of(stream: Stream, payload: &Bytes) -> Option<Timestamp> {
    match stream {
        Stream::Orders => serde_json::from_slice(payload).ok().as_ref().and_then(occurred),
        Stream::Events => match decode(payload).ok()? {
            LogRecord::Event(recorded) => Some(recorded.event.received_at),
            LogRecord::Rejected(rejected) => Some(rejected.received_at),
        },
    }
}
