//! The snapshot of sites and keys that every event asks: one atomic load and a lookup.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use serde::{Deserialize, Serialize};

use crate::secret::{Hash, SecretKey};
use crate::site::{Site, UnknownSite, is_id};
use crate::{Error, Mode, Options, file};

/// Sites at most, configured and created ones together.
pub const SITES_MAX: usize = 1_000;

/// Where sites live that open mode has created.
const FILE: &str = "sites.json";

/// Who may do what. Clones share one state.
#[derive(Debug, Clone)]
pub struct Access(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    mode: Mode,
    sites: Arc<Sites>,
    shop_site: String,
    secret_keys: Vec<SecretKey>,
    admin_token: Option<Hash>,
    internal_token: Option<Hash>,
    local_token: Option<Hash>,
    compat_open: Vec<String>,
    keeper: Option<Keeper>,
}

#[derive(Debug)]
struct Sites {
    now: ArcSwap<Snapshot>,
    /// Held while a site is created, so that two requests do not create it twice.
    growing: Mutex<()>,
}

#[derive(Debug, Clone, Default)]
struct Snapshot {
    by_id: HashMap<String, Arc<Site>>,
    by_key: HashMap<String, Arc<Site>>,
    /// The ids that open mode has created, which the file holds.
    created: Vec<String>,
}

/// The file of created sites: `{"v":1,"created":["demo"]}`.
#[derive(Debug, Serialize, Deserialize)]
struct Created {
    v: u32,
    created: Vec<String>,
}

impl Access {
    /// From the configuration and, in open mode, the sites that the data folder remembers.
    ///
    /// # Errors
    /// [`Error`] for a configuration that contradicts itself or a file that cannot be read.
    pub fn open(options: &Options, mode: Mode, data: &Path) -> Result<Self, Error> {
        let mut snapshot = Snapshot::default();
        for site in &options.sites {
            snapshot.add_configured(Site::from_options(site)?)?;
        }
        if snapshot.by_id.len() > SITES_MAX {
            return Err(Error::TooManySites(snapshot.by_id.len()));
        }
        let path = data.join(FILE);
        if let Some(remembered) = file::read::<Created>(&path)? {
            snapshot.add_remembered(remembered.created);
        }
        let sites = Arc::new(Sites { now: ArcSwap::from_pointee(snapshot), growing: Mutex::new(()) });
        let keeper = (mode == Mode::Open).then(|| Keeper::start(path, Arc::clone(&sites)));
        let secret = |text: &str| (!text.is_empty()).then(|| Hash::of(text));
        Ok(Self(Arc::new(Inner {
            mode,
            sites,
            shop_site: options.shop_site.clone(),
            secret_keys: options.secret_keys.iter().map(SecretKey::from_options).collect::<Result<_, _>>()?,
            admin_token: secret(&options.admin_token),
            internal_token: secret(&options.internal_token),
            local_token: secret(&options.local_token),
            compat_open: options.compat_open.clone(),
            keeper,
        })))
    }

    /// Open or closed.
    pub fn mode(&self) -> Mode {
        self.0.mode
    }

    /// The site that an event belongs to, from the write key and the site id that it brought (wire.md). Empty counts as
    /// absent. In open mode unknown ones are created, up to [`SITES_MAX`].
    ///
    /// # Errors
    /// [`UnknownSite`] when there is none, key and site disagree, or a key is needed and absent.
    pub fn site_for(&self, key: Option<&str>, site: Option<&str>) -> Result<Arc<Site>, UnknownSite> {
        let key = key.filter(|key| !key.is_empty());
        let site = site.filter(|site| !site.is_empty());
        let named = match key {
            Some(key) => self.by_key(key)?,
            None => return self.keyless(site.unwrap_or(&self.0.shop_site)),
        };
        match site {
            Some(site) if site != named.id => Err(UnknownSite),
            _ => Ok(named),
        }
    }

    /// The site of that id, if it is known; never creates one.
    pub fn site(&self, id: &str) -> Option<Arc<Site>> {
        self.0.sites.now.load().by_id.get(id).cloned()
    }

    /// All sites, by id.
    pub fn sites(&self) -> Vec<Arc<Site>> {
        let mut sites: Vec<_> = self.0.sites.now.load().by_id.values().cloned().collect();
        sites.sort_by(|a, b| a.id.cmp(&b.id));
        sites
    }

    /// The id of the site of events that name none.
    pub fn shop_site(&self) -> &str {
        &self.0.shop_site
    }

    /// Waits until created sites are on the disk; for a clean shutdown and for tests.
    pub fn flush(&self) {
        if let Some(keeper) = &self.0.keeper {
            keeper.flush();
        }
    }

    pub(crate) fn secret_keys(&self) -> &[SecretKey] {
        &self.0.secret_keys
    }

    /// The tokens that may do everything.
    pub(crate) fn admin_tokens(&self) -> impl Iterator<Item = &Hash> {
        self.0.admin_token.iter().chain(&self.0.local_token)
    }

    pub(crate) fn internal_token(&self) -> Option<&Hash> {
        self.0.internal_token.as_ref()
    }

    pub(crate) fn compat_open(&self) -> &[String] {
        &self.0.compat_open
    }

    fn by_key(&self, key: &str) -> Result<Arc<Site>, UnknownSite> {
        let now = self.0.sites.now.load();
        match now.by_key.get(key) {
            Some(site) => Ok(Arc::clone(site)),
            None if self.0.mode == Mode::Open => self.known_or_new(&now, key),
            None => Err(UnknownSite),
        }
    }

    fn keyless(&self, id: &str) -> Result<Arc<Site>, UnknownSite> {
        let now = self.0.sites.now.load();
        if self.0.mode == Mode::Open {
            return self.known_or_new(&now, id);
        }
        now.by_id.get(id).filter(|site| site.allow_keyless).cloned().ok_or(UnknownSite)
    }

    fn known_or_new(&self, now: &Snapshot, id: &str) -> Result<Arc<Site>, UnknownSite> {
        match now.by_id.get(id) {
            Some(site) => Ok(Arc::clone(site)),
            None => self.create(id),
        }
    }

    #[cold]
    fn create(&self, id: &str) -> Result<Arc<Site>, UnknownSite> {
        if !is_id(id) {
            return Err(UnknownSite);
        }
        let sites = &self.0.sites;
        let _growing = sites.growing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = sites.now.load();
        if let Some(site) = now.by_id.get(id) {
            return Ok(Arc::clone(site));
        }
        if now.by_id.len() >= SITES_MAX {
            return Err(UnknownSite);
        }
        let mut next = Snapshot::clone(&now);
        let site = next.add_created(id);
        sites.now.store(Arc::new(next));
        if let Some(keeper) = &self.0.keeper {
            keeper.wake();
        }
        tracing::info!(site = id, "created a site on first use");
        Ok(site)
    }
}

impl Snapshot {
    fn add_configured(&mut self, site: Site) -> Result<(), Error> {
        let site = Arc::new(site);
        if self.by_id.insert(site.id.clone(), Arc::clone(&site)).is_some() {
            return Err(Error::SiteTwice(site.id.clone()));
        }
        for key in &site.write_keys {
            match self.by_key.insert(key.clone(), Arc::clone(&site)) {
                Some(other) if other.id != site.id => {
                    return Err(Error::WriteKeyTwice(other.id.clone(), site.id.clone()));
                }
                _ => (),
            }
        }
        Ok(())
    }

    /// Adds what the file holds; what the configuration has meanwhile, or what is too much, is left out.
    fn add_remembered(&mut self, created: Vec<String>) {
        for id in created {
            if is_id(&id) && !self.by_id.contains_key(&id) && self.by_id.len() < SITES_MAX {
                self.add_created(&id);
            }
        }
    }

    fn add_created(&mut self, id: &str) -> Arc<Site> {
        let site = Arc::new(Site::plain(id));
        self.by_id.insert(id.to_owned(), Arc::clone(&site));
        self.created.push(id.to_owned());
        site
    }
}

/// Writes created sites to the disk in a thread of its own: no event waits for it.
#[derive(Debug)]
struct Keeper {
    orders: Mutex<Option<Sender<Order>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Order {
    Write,
    Flush(Sender<()>),
}

impl Keeper {
    fn start(path: PathBuf, sites: Arc<Sites>) -> Self {
        let (orders, received) = channel();
        // Counted before the first event can create one.
        let written = sites.now.load().created.len();
        let thread = std::thread::Builder::new()
            .name("sites".to_owned())
            .spawn(move || keep(&path, &sites, &received, written))
            .inspect_err(|error| tracing::error!(%error, "cannot start the thread that keeps created sites"))
            .ok();
        Self { orders: Mutex::new(Some(orders)), thread: Mutex::new(thread) }
    }

    fn wake(&self) {
        self.send(Order::Write);
    }

    fn flush(&self) {
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
        let created = sites.now.load().created.clone();
        if created.len() > written {
            let count = created.len();
            match file::write(path, &Created { v: 1, created }) {
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

#[cfg(test)]
mod tests;
