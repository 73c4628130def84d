//! The local log runs the conformance suite.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use kassa_model::SystemClock;

use crate::conformance::{self, Harness, Setup};
use crate::disk::RealDisk;
use crate::local::{LocalLog, Options, StreamOptions};
use crate::{EventLog, Stream, Subscription};

struct Local {
    dir: tempfile::TempDir,
    opened: AtomicU64,
}

impl Local {
    fn open_at(&self, number: u64, setup: &Setup) -> Arc<dyn EventLog> {
        let stream = StreamOptions { partitions: setup.partitions, groups: setup.groups.clone() };
        let mut options = Options::new(self.dir.path().join(number.to_string()));
        options.events = stream.clone();
        options.orders = stream;
        options.reserve_bytes = 0;
        // Several segments even in short tests.
        options.segment_bytes = 32 << 10;
        if let Some(bytes) = setup.bytes_max {
            options.max_bytes = bytes;
        }
        let log = LocalLog::open(options, Arc::new(RealDisk), Arc::new(SystemClock));
        Arc::new(log.expect("opens"))
    }
}

#[async_trait]
impl Harness for Local {
    async fn open(&self, setup: &Setup) -> Arc<dyn EventLog> {
        self.open_at(self.opened.fetch_add(1, Ordering::SeqCst) + 1, setup)
    }

    async fn restart(&self, log: Arc<dyn EventLog>, setup: &Setup) -> Arc<dyn EventLog> {
        // The streams of a test have one owner; the folder is free once it is dropped.
        assert_eq!(Arc::strong_count(&log), 1);
        let _ = log.status(Stream::Events).await;
        drop(log);
        self.open_at(self.opened.load(Ordering::SeqCst), setup)
    }

    async fn freeze(&self, _: &mut dyn Subscription) {}

    async fn hand_over(&self, log: &Arc<dyn EventLog>, _: &mut dyn Subscription) -> Box<dyn Subscription> {
        log.subscribe(Stream::Events, "one").await.expect("subscribes")
    }

    fn is_local(&self) -> bool {
        true
    }

    fn can_be_full(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn keeps_the_contract() {
    let local = Local { dir: tempfile::tempdir().expect("a folder"), opened: AtomicU64::new(0) };
    assert_eq!(conformance::run(&local).await, 22);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_the_contract_on_two_workers() {
    let local = Local { dir: tempfile::tempdir().expect("a folder"), opened: AtomicU64::new(0) };
    assert_eq!(conformance::run(&local).await, 22);
}
