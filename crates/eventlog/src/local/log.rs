//! The log itself: opening, the calls of the port, closing.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use async_trait::async_trait;
use kassa_model::{Clock, Erasure, Erasures, Timestamp};
use tokio::sync::watch;
use uuid::Uuid;

use super::active::Active;
use super::append;
use super::copy::LocalCut;
use super::erase::{self, Kept};
use super::folder::{make_dir, take_lock};
use super::frame::Place;
use super::groups::Groups;
use super::meta::{self, Meta};
use super::options::Options;
use super::queue::{self, Queue};
use super::recover::{self, Site};
use super::salvage;
use super::segment::{self, Segments};
use super::stream::{Core, PartitionState, StreamState};
use super::subscription::LocalSubscription;
use super::writer::Writer;
use crate::disk::{Disk, DiskLock};
use crate::mutex::lock;
use crate::{
    Cut, Epoch, Error, EventLog, Queued, RECORD_BYTES_MAX, Record, Stats, Status, Stream, Subscription,
    Upkeep,
};

/// A log in a folder of this machine. Dropping it closes it.
#[derive(Debug)]
pub struct LocalLog {
    core: Arc<Core>,
    events: Arc<StreamState>,
    orders: Arc<StreamState>,
    running: Mutex<Running>,
}

/// What ends with the log.
#[derive(Debug, Default)]
struct Running {
    writers: Vec<JoinHandle<()>>,
    lock: Option<Box<dyn DiskLock>>,
}

impl LocalLog {
    /// Opens the log of a folder, or makes one: recovers every partition and starts its writer.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for damage that needs `kassa log salvage`, [`Error::Invalid`] for settings that do not fit
    /// the log or a folder that another process holds, [`Error::Unavailable`] when the disk fails.
    pub fn open(options: Options, disk: Arc<dyn Disk>, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        options.check()?;
        let dir = options.dir.clone();
        refuse_half_salvaged(disk.as_ref(), &dir)?;
        make_dir(disk.as_ref(), &dir)?;
        let lock = take_lock(disk.as_ref(), &dir)?;
        let meta = meta::open_or_create(disk.as_ref(), &options)?;
        let erasures = Mutex::new(Arc::new(Kept::read(disk.as_ref(), &dir)?.list));
        let core = Arc::new(Core {
            options,
            disk,
            clock,
            log_id: meta.log_id,
            used: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            erasures,
            erasing: Mutex::default(),
        });
        let (events, event_files) = open_stream(&core, Stream::Events)?;
        let (orders, order_files) = open_stream(&core, Stream::Orders)?;
        let log = Self {
            core,
            events,
            orders,
            running: Mutex::new(Running { writers: Vec::new(), lock: Some(lock) }),
        };
        log.start(&log.events, event_files)?;
        log.start(&log.orders, order_files)?;
        Ok(log)
    }

    #[cfg(test)]
    pub(crate) fn log_id(&self) -> Uuid {
        self.core.log_id
    }

    fn cut_now(&self) -> LocalCut {
        LocalCut::of(&self.core, [&self.events, &self.orders])
    }

    /// When the newest record was written; `None` while there are none.
    pub fn newest(&self) -> Option<Timestamp> {
        self.cut_now().newest()
    }

    fn stream(&self, stream: Stream) -> &Arc<StreamState> {
        match stream {
            Stream::Events => &self.events,
            Stream::Orders => &self.orders,
        }
    }

    fn start(&self, stream: &Arc<StreamState>, files: Vec<Active>) -> Result<(), Error> {
        for (partition, active) in stream.partitions.iter().zip(files) {
            let writer = Writer::new(Arc::clone(stream), Arc::clone(partition), active);
            let name = format!("log-{}-{}", partition.place.stream.name(), partition.place.partition);
            let thread = std::thread::Builder::new()
                .name(name)
                .spawn(move || writer.run())
                .map_err(|why| Error::Unavailable(format!("cannot start a writer: {why}")))?;
            lock(&self.running).writers.push(thread);
        }
        Ok(())
    }
}

impl Drop for LocalLog {
    fn drop(&mut self) {
        self.close();
    }
}

#[async_trait]
impl EventLog for LocalLog {
    async fn queue(&self, stream: Stream, records: Vec<Record>) -> Result<Queued, Error> {
        if let Some(large) = records.iter().find(|record| record.payload.len() > RECORD_BYTES_MAX) {
            return Err(Error::TooLarge(large.payload.len()));
        }
        append::queue(&self.stream(stream).partitions, records).await
    }

    async fn subscribe(&self, stream: Stream, group: &str) -> Result<Box<dyn Subscription>, Error> {
        let state = Arc::clone(self.stream(stream));
        if state.is_closed() {
            return Err(queue::closed());
        }
        let name = group.to_owned();
        let taking = tokio::task::spawn_blocking(move || {
            let epochs = state.groups.take_over(&name)?;
            state.announce();
            Ok(LocalSubscription::new(state, Some(name), &epochs))
        });
        let subscription: Result<LocalSubscription, Error> =
            taking.await.map_err(|why| Error::Unavailable(format!("subscribing was aborted: {why}")))?;
        Ok(Box::new(subscription?))
    }

    fn read(&self, stream: Stream) -> Box<dyn Subscription> {
        let stream = self.stream(stream);
        let epochs = vec![Epoch(0); stream.partitions.len()];
        Box::new(LocalSubscription::new(Arc::clone(stream), None, &epochs))
    }

    async fn status(&self, stream: Stream) -> Result<Status, Error> {
        Ok(self.stream(stream).status())
    }

    fn upkeep(&self) -> Option<&dyn Upkeep> {
        Some(self)
    }
}

impl Upkeep for LocalLog {
    /// Why a partition takes no more, when an fsync has failed.
    fn failure(&self) -> Option<String> {
        let mut partitions = self.events.partitions.iter().chain(&self.orders.partitions);
        partitions.find_map(|partition| partition.failed.get().cloned())
    }

    fn nearly_full(&self) -> Option<String> {
        self.events.nearly_full().or_else(|| self.orders.nearly_full())
    }

    fn stats(&self, stream: Stream) -> Stats {
        *lock(&self.stream(stream).stats)
    }

    fn shop_id(&self) -> Result<Option<Uuid>, Error> {
        Ok(Meta::of(self.core.disk.as_ref(), &self.core.options.dir)?.shop_id)
    }

    fn set_shop_id(&self, id: Uuid) -> Result<(), Error> {
        let (disk, dir) = (self.core.disk.as_ref(), &self.core.options.dir);
        Meta { shop_id: Some(id), ..Meta::of(disk, dir)? }.write(disk, dir)
    }

    fn erasures(&self) -> Arc<Erasures> {
        self.core.erasures()
    }

    fn erase(&self, erasure: &Erasure) -> Result<(), Error> {
        erase::add(&self.core, erasure)
    }

    fn is_unswept(&self) -> Result<bool, Error> {
        erase::is_unswept(&self.core)
    }

    fn sweep(&self) -> Result<u64, Error> {
        erase::sweep(&self.core, [&self.events, &self.orders])
    }

    fn cut(&self) -> Option<Box<dyn Cut>> {
        Some(Box::new(self.cut_now()))
    }

    /// Stops the writers, saves the marks and gives the folder free.
    fn close(&self) {
        let mut running = lock(&self.running);
        self.core.closed.store(true, Ordering::Release);
        for stream in [&self.events, &self.orders] {
            for partition in &stream.partitions {
                partition.queue.close();
            }
        }
        for writer in running.writers.drain(..) {
            if writer.join().is_err() {
                tracing::error!("a log writer panicked");
            }
        }
        for stream in [&self.events, &self.orders] {
            if let Err(why) = stream.groups.save() {
                tracing::warn!(%why, "cannot save the groups' marks");
            }
            stream.announce();
        }
        running.lock = None;
    }
}

fn open_stream(core: &Arc<Core>, stream: Stream) -> Result<(Arc<StreamState>, Vec<Active>), Error> {
    let options = core.options.stream(stream);
    let folder = core.options.dir.join(stream.name());
    make_dir(core.disk.as_ref(), &folder)?;
    let mut partitions = Vec::new();
    let mut files = Vec::new();
    for partition in 0..options.partitions {
        let dir = segment::partition_dir(&core.options.dir, stream, partition);
        make_dir(core.disk.as_ref(), &dir)?;
        let place = Place { log_id: core.log_id, stream, partition };
        let site = Site { disk: core.disk.as_ref(), log_dir: &core.options.dir, dir: &dir, place };
        let recovered = recover::open_partition(site)?;
        let segments = Segments::new(recovered.segments);
        core.used.fetch_add(segments.bytes(), Ordering::Relaxed);
        let queue = Queue::new(core.options.waiting_bytes, core.options.frame_bytes);
        partitions.push(Arc::new(PartitionState::new(place, dir, segments, queue)));
        files.push(recovered.active);
    }
    let (path, disk, clock) = (folder.join("groups.json"), Arc::clone(&core.disk), Arc::clone(&core.clock));
    let groups = Groups::open(path, disk, clock, options.groups.clone(), options.partitions)?;
    let changes = watch::Sender::new(0);
    let (core, stats) = (Arc::clone(core), Mutex::default());
    Ok((Arc::new(StreamState { core, partitions, groups, stats, changes }), files))
}

/// A folder that is gone because a salvage was stopped is no reason to begin an empty log.
fn refuse_half_salvaged(disk: &dyn Disk, dir: &Path) -> Result<(), Error> {
    let gone = disk.list(dir).is_err_and(|why| why.kind() == io::ErrorKind::NotFound);
    match gone.then(|| salvage::interrupted(disk, dir)).flatten() {
        Some(why) => Err(Error::Invalid(format!("cannot open {}: {why}", dir.display()))),
        None => Ok(()),
    }
}
