//! The one writer of a partition, on its own OS thread: collects what waits into one frame, writes once, fsyncs once,
//! answers everyone. The next frame is begun only after that.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use kassa_model::failpoint;

use super::active::{Active, Failure};
use super::frame::{self, Codec, Header};
use super::queue::{Answer, Call, Gather, Work};
use super::stream::{PartitionState, StreamState};
use crate::mutex::lock;
use crate::{Error, Record};

/// How often retention is looked after when nothing else happens.
const PATIENCE: Duration = Duration::from_secs(5);

/// A frame of so many calls shows a crowd, and the next one waits for it to come back: every frame costs a write, an fsync and
/// some switches of threads, which a crowd notices more than the wait. A few callers never wait (ADR 31).
const CROWD: usize = 6;
/// At so many calls it waits no longer: the next ones are served while this frame is written.
const GATHER_CALLS_MAX: usize = 128;
/// How long it waits at most.
const GATHER_MAX: Duration = Duration::from_millis(1);

/// The writer of one partition.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(super) stream: Arc<StreamState>,
    pub(super) partition: Arc<PartitionState>,
    pub(super) active: Active,
    /// The offset that the next record gets.
    next: u64,
    buffer: Vec<u8>,
    /// Whose records are complete in the frame being written, with the offset of each call's first.
    finished: Vec<(Answer, u64)>,
    /// Whether the last calls were refused, so that only the change is logged.
    pub(super) full: bool,
    /// Whether the last attempt to delete a segment failed, for the same reason.
    pub(super) cannot_delete: bool,
}

/// A call that is being written; a large one spans several frames.
#[derive(Debug)]
struct Job {
    records: Vec<Record>,
    /// How many of them are in frames already.
    taken: usize,
    first: Option<u64>,
    done: Answer,
}

/// Refuses what waits when the writer ends for whatever reason, a panic included.
struct Last(Arc<PartitionState>);

impl Drop for Last {
    fn drop(&mut self) {
        self.0.queue.abandon();
    }
}

impl Writer {
    pub(crate) fn new(stream: Arc<StreamState>, partition: Arc<PartitionState>, active: Active) -> Self {
        let next = active.segment.end();
        let (buffer, finished) = (Vec::new(), Vec::new());
        Self { stream, partition, active, next, buffer, finished, full: false, cannot_delete: false }
    }

    /// Works until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let _last = Last(Arc::clone(&self.partition));
        let (mut calls, mut gather) = (Vec::new(), None);
        loop {
            match self.partition.queue.take(&mut calls, PATIENCE, gather) {
                Work::Closed => return,
                Work::Some { chores } => {
                    gather = gather_after(calls.len());
                    self.write_all(&mut calls);
                    if chores {
                        self.do_chores();
                    }
                }
                Work::Idle => {
                    gather = None;
                    self.do_chores();
                }
            }
        }
    }

    fn do_chores(&mut self) {
        let is_used = self.active.segment.end() > self.active.segment.base;
        if self.partition.is_to_roll() && is_used && self.partition.failed.get().is_none() {
            match self.roll() {
                Ok(()) => self.stream.announce(),
                Err(Failure::Poison(why)) => self.poison(&why),
                Err(failure) => tracing::warn!(?failure, "cannot begin another segment"),
            }
        }
        self.delete_old();
    }

    /// Writes them, each answered; leaves `calls` empty.
    fn write_all(&mut self, calls: &mut Vec<Call>) {
        let mut jobs = self.admit(calls);
        while !jobs.is_empty() {
            let count = self.collect(&mut jobs);
            match self.commit(count) {
                Ok(()) => self.tell_finished(),
                Err(failure) => self.refuse(&failure, &mut jobs),
            }
        }
    }

    /// Takes the calls that there is room for and refuses the others, each as a whole.
    fn admit(&mut self, calls: &mut Vec<Call>) -> VecDeque<Job> {
        let wanted: u64 = calls.iter().map(|call| call.bytes as u64).sum();
        let mut room = if self.partition.failed.get().is_none() { self.make_room(wanted) } else { u64::MAX };
        let mut jobs = VecDeque::with_capacity(calls.len());
        let mut refusal = None;
        for call in calls.drain(..) {
            let bytes = call.bytes as u64;
            if let Some(why) = self.partition.failed.get() {
                let _ = call.done.send(Err(Error::Unavailable(why.clone())));
            } else if bytes > room {
                let why = refusal.get_or_insert_with(|| self.why_full());
                lock(&self.stream.stats).refused_full += 1;
                let _ = call.done.send(Err(Error::Full(why.clone())));
            } else {
                room -= bytes;
                let Call { records, done, .. } = call;
                jobs.push_back(Job { records, taken: 0, first: None, done });
            }
        }
        self.note_full(refusal);
        jobs
    }

    /// Fills the buffer with records of the calls in front, up to one frame; returns how many.
    fn collect(&mut self, jobs: &mut VecDeque<Job>) -> u32 {
        frame::begin(&mut self.buffer);
        let frame_bytes = self.stream.core.options.frame_bytes;
        let mut count = 0;
        while let Some(job) = jobs.front_mut() {
            for record in &job.records[job.taken..] {
                if count > 0 && self.buffer.len() + 4 + record.payload.len() > frame_bytes {
                    return count;
                }
                frame::push_record(&mut self.buffer, &record.payload);
                job.first.get_or_insert(self.next + u64::from(count));
                (job.taken, count) = (job.taken + 1, count + 1);
            }
            let Some(job) = jobs.pop_front() else { break };
            self.finished.push((job.done, job.first.unwrap_or(self.next)));
        }
        count
    }

    /// Tells those whose records are durable.
    fn tell_finished(&mut self) {
        for (done, first) in self.finished.drain(..) {
            // A caller that has gone away is no concern of the log.
            let _ = done.send(Ok(first));
        }
    }

    /// Makes the frame in the buffer durable.
    fn commit(&mut self, count: u32) -> Result<(), Failure> {
        if count == 0 {
            return Ok(());
        }
        let time = self.stream.core.clock.now().micros();
        let header = Header { base: self.next, time, length: 0, count, codec: Codec::Plain };
        frame::finish(&mut self.buffer, &self.partition.place, header);
        let segment_bytes = self.stream.core.options.segment_bytes;
        if self.active.is_full_for(self.buffer.len(), segment_bytes) {
            self.roll()?;
        }
        self.active.write(&self.buffer, segment_bytes)?;
        if self.stream.core.options.acknowledges_early() {
            self.tell_finished();
        }
        let end = self.next + u64::from(count);
        let took = self.active.sync(self.buffer.len(), end, time)?;
        self.next = end;
        self.stream.core.used.fetch_add(self.buffer.len() as u64, Ordering::Relaxed);
        self.count(count, took);
        self.stream.announce();
        Ok(())
    }

    /// Counts a frame of so many records, whose fsync took so long.
    fn count(&self, records: u32, took: Duration) {
        let mut stats = lock(&self.stream.stats);
        stats.frames += 1;
        stats.records += u64::from(records);
        stats.bytes += self.buffer.len() as u64;
        stats.syncs += 1;
        stats.sync_micros += u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    }

    /// Ends the active segment and begins the next one.
    pub(super) fn roll(&mut self) -> Result<(), Failure> {
        if !self.active.sealed {
            let before = self.active.len;
            self.active.seal(&self.partition.place, self.stream.core.clock.now().micros())?;
            self.stream.core.used.fetch_add(self.active.len - before, Ordering::Relaxed);
        }
        self.active = Active::create(self.stream.core.disk.as_ref(), &self.partition.dir, self.next)?;
        self.partition.segments.push(Arc::clone(&self.active.segment));
        lock(&self.stream.stats).segments_created += 1;
        failpoint::hit("log.after_roll");
        self.partition.queue.ask_chores();
        Ok(())
    }

    /// Tells those of the failed frame. A call of which an earlier frame is durable must not hear `Full`, which says
    /// that nothing was taken.
    fn refuse(&mut self, failure: &Failure, jobs: &mut VecDeque<Job>) {
        match failure {
            Failure::Full(_) => lock(&self.stream.stats).refused_full += self.finished.len() as u64,
            Failure::Write(_) | Failure::Poison(_) => lock(&self.stream.stats).failures += 1,
        }
        tracing::error!(partition = self.partition.place.partition, ?failure, "a group commit failed");
        let base = self.next;
        for (done, first) in self.finished.drain(..) {
            let error = if first < base { unknown(failure) } else { failure.to_error() };
            let _ = done.send(Err(error));
        }
        if jobs.front().is_some_and(|job| job.first.is_some())
            && let Some(job) = jobs.pop_front()
        {
            let _ = job.done.send(Err(unknown(failure)));
        }
        if let Failure::Poison(why) = failure {
            self.poison(why);
            for job in jobs.drain(..) {
                let _ = job.done.send(Err(failure.to_error()));
            }
        }
    }

    /// Ends all writing to this partition until the log is opened anew.
    pub(super) fn poison(&mut self, why: &str) {
        let text = format!("{why}; it takes no more until it is opened again");
        if self.partition.failed.set(text).is_ok() {
            self.active.mark_poisoned(self.stream.core.disk.as_ref(), &self.partition.dir);
            self.stream.announce();
        }
    }
}

/// How the frame after one of so many calls waits for more.
fn gather_after(calls: usize) -> Option<Gather> {
    (calls >= CROWD).then_some(Gather { calls: calls.min(GATHER_CALLS_MAX), time: GATHER_MAX })
}

fn unknown(failure: &Failure) -> Error {
    match failure {
        Failure::Full(why) | Failure::Write(why) | Failure::Poison(why) => Error::Unavailable(why.clone()),
    }
}
