//! Writes the sites that open mode created to the data folder, in a thread of its own: no event waits for it.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use serde::{Deserialize, Serialize};

use crate::sites::Sites;
use crate::{Error, file};

/// Where sites live that open mode has created.
pub(crate) const FILE: &str = "sites.json";

/// The file of created sites: `{"v":1,"created":["demo"]}`.
#[derive(Debug, Serialize, Deserialize)]
struct Created {
    v: u32,
    created: Vec<String>,
}

/// The ids in the file; none if there is no file.
pub(crate) fn remembered(path: &Path) -> Result<Vec<String>, Error> {
    Ok(file::read::<Created>(path)?.map(|found| found.created).unwrap_or_default())
}

/// The thread.
#[derive(Debug)]
pub(crate) struct Keeper {
    orders: Mutex<Option<Sender<Order>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Order {
    Write,
    Flush(Sender<()>),
}

impl Keeper {
    pub(crate) fn start(path: PathBuf, sites: Arc<Sites>) -> Self {
        let (orders, received) = channel();
        // Counted before the first event can create one.
        let written = sites.now().created.len();
        let thread = std::thread::Builder::new()
            .name("sites".to_owned())
            .spawn(move || keep(&path, &sites, &received, written))
            .inspect_err(|error| tracing::error!(%error, "cannot start the thread that keeps created sites"))
            .ok();
        Self { orders: Mutex::new(Some(orders)), thread: Mutex::new(thread) }
    }

    pub(crate) fn wake(&self) {
        self.send(Order::Write);
    }

    pub(crate) fn flush(&self) {
        let (done, wait) = channel();
        self.send(Order::Flush(done));
        // An error means that the thread is gone, and with it what there was to wait for.
        let _ = wait.recv();
    }

    fn send(&self, order: Order) {
        let orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(orders) = &*orders {
            // The thread ends only after this sender is dropped.
            let _ = orders.send(order);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

fn keep(path: &Path, sites: &Sites, orders: &Receiver<Order>, mut written: usize) {
    while let Ok(first) = orders.recv() {
        // One write serves all that wait.
        let all: Vec<Order> = std::iter::once(first).chain(orders.try_iter()).collect();
        let created = sites.now().created.clone();
        if created.len() > written {
            let count = created.len();
            match file::write(path, &Created { v: file::VERSION, created }) {
                Ok(()) => written = count,
                Err(error) => {
                    tracing::error!(%error, "cannot keep created sites; trying again with the next one")
                }
            }
        }
        for order in all {
            if let Order::Flush(done) = order {
                let _ = done.send(());
            }
        }
    }
}
