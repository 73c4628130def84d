//! The database behind the snapshot: read every 5 s, written by the admin routes, and no loss for a while when it is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use kassa_db::{Db, Tx};
use kassa_model::{Clock, MICROS_PER_SECOND, Timestamp};
use kassa_service::Status;
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use crate::kept::store as kept;
use crate::kept::thing::Kept;
use crate::poll::{Followed, Poller};
use crate::site::Site;
use crate::sites::Sites;
use crate::store::{self, ApiKey, Stored, StoredSite};
use crate::{Error, RuleOptions, guesses};

/// Older than this, what is known says so in `/health`.
const STALE_AFTER_SECONDS: i64 = 30;

/// A key's use is written down when what is written is older than this, µs.
const USE_APART: i64 = 60 * MICROS_PER_SECOND;

/// What has ended is forgotten about this often, µs.
const PURGE_EVERY: i64 = 600 * MICROS_PER_SECOND;

/// The database and the thread that reads it.
#[derive(Debug)]
pub(crate) struct Attached {
    pub(crate) source: Arc<Source>,
    poller: Poller,
}

/// What the thread and the routes share.
#[derive(Debug)]
pub(crate) struct Source {
    followed: Followed,
    pub(crate) clock: Arc<dyn Clock>,
    sites: Arc<Sites>,
    /// Held from reading to taking over, so that an older reading never follows a newer one.
    turn: Mutex<()>,
    /// When the database was last read, µs; 0: never.
    read_at: AtomicI64,
    purged_at: AtomicI64,
}

impl Attached {
    /// Brings the schema up to date and reads what there is. Should the database not answer now, it is tried again.
    pub(crate) fn start(db: Db, clock: Arc<dyn Clock>, sites: Arc<Sites>) -> Result<Self, Error> {
        let source = Arc::new(Source {
            followed: Followed::new(db, "sites and keys"),
            clock,
            sites,
            turn: Mutex::new(()),
            read_at: AtomicI64::new(0),
            purged_at: AtomicI64::new(0),
        });
        let polled = Arc::clone(&source);
        let round = move |runtime: &Runtime| polled.followed.round(runtime, polled.catch_up());
        Ok(Self { source, poller: Poller::follow("access", round)? })
    }

    /// Asks for a reading soon: something came that may be new elsewhere.
    pub(crate) fn wake(&self) {
        self.poller.wake();
    }

    /// Changes the database and this process's snapshot in one step.
    pub(crate) async fn change<T, E>(
        &self,
        mut op: impl FnMut(&mut Tx<'_>, Timestamp) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<kassa_db::Error> + Send + 'static,
    {
        let _turn = self.source.turn.lock().await;
        // Should the caller go away meanwhile, the change is done all the same and the thread has to find it.
        let unseen = Unseen(self);
        let now = self.source.clock.now();
        let changed =
            self.source.db().write(move |tx| Ok::<_, E>((op(tx, now)?, store::load(tx, now)?))).await;
        if let Ok((answer, stored)) = changed {
            self.source.take_over(stored, now);
            std::mem::forget(unseen);
            return Ok(answer);
        }
        changed.map(|(answer, _)| answer)
    }

    /// For `/readyz`: down until the database has been read once, degraded while it cannot be read.
    pub(crate) fn status(&self) -> Status {
        let read_at = self.source.read_at.load(Ordering::Relaxed);
        let age = (self.source.clock.now().micros() - read_at) / MICROS_PER_SECOND;
        match read_at {
            0 => Status::Down("sites and keys have not been read from the database yet".to_owned()),
            _ if age > STALE_AFTER_SECONDS => {
                Status::Degraded(format!("sites and keys are as they were {age} s ago: the database is away"))
            }
            _ => Status::Up,
        }
    }
}

struct Unseen<'a>(&'a Attached);

impl Drop for Unseen<'_> {
    fn drop(&mut self) {
        self.0.wake();
    }
}

impl Source {
    pub(crate) fn db(&self) -> &Db {
        &self.followed.db
    }

    async fn catch_up(&self) -> Result<(), kassa_db::Error> {
        let turn = self.turn.lock().await;
        let now = self.clock.now();
        let stored = self.db().read(move |tx| store::load(tx, now)).await?;
        let news = self.news(&stored, now);
        self.take_over(stored, now);
        if !news.is_empty() {
            let stored = self.db().write(move |tx| news.write(tx, now)).await?;
            self.take_over(stored, now);
        }
        drop(turn);
        Ok(())
    }

    fn take_over(&self, stored: Stored, now: Timestamp) {
        self.sites.apply(stored);
        self.read_at.store(now.micros(), Ordering::Relaxed);
    }

    /// What this process knows and the database does not.
    fn news(&self, stored: &Stored, now: Timestamp) -> News {
        let known = self.sites.now();
        let unwritten = |id: &&String| !stored.sites.iter().any(|site| site.id == **id);
        let used = |key: &ApiKey| {
            let used = known.api_keys.get(&key.hash.bytes())?.used.load(Ordering::Relaxed);
            let written = key.last_used_at.map_or(0, Timestamp::micros);
            (used - written > USE_APART).then(|| (key.id.clone(), used))
        };
        let opened = |kept: &Kept| {
            let token = kept.secret.as_ref()?.token.bytes();
            let used = known.shares.get(&token)?.used.load(Ordering::Relaxed);
            let written = kept.last_used_at.map_or(0, Timestamp::micros);
            (used - written > USE_APART).then(|| (kept.id.clone(), used))
        };
        let purge = now.micros() - self.purged_at.load(Ordering::Relaxed) > PURGE_EVERY;
        if purge {
            self.purged_at.store(now.micros(), Ordering::Relaxed);
        }
        News {
            sites: known.created.iter().filter(unwritten).cloned().collect(),
            used: stored.api_keys.iter().filter_map(used).collect(),
            opened: stored.kept.iter().filter_map(opened).collect(),
            purge,
        }
    }
}

/// What is to be written.
#[derive(Debug)]
struct News {
    sites: Vec<String>,
    used: Vec<(String, i64)>,
    /// Share links, likewise.
    opened: Vec<(String, i64)>,
    purge: bool,
}

impl News {
    fn is_empty(&self) -> bool {
        self.sites.is_empty() && self.used.is_empty() && self.opened.is_empty() && !self.purge
    }

    fn write(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<Stored, kassa_db::Error> {
        for id in &self.sites {
            store::insert_site(tx, &StoredSite::plain(id), now)?;
        }
        for (id, used_at) in &self.used {
            store::touch_api_key(tx, id, *used_at)?;
        }
        for (id, used_at) in &self.opened {
            kept::touch(tx, id, *used_at)?;
        }
        if self.purge {
            store::purge(tx, now.micros(), now.micros() - guesses::WINDOW)?;
        }
        store::load(tx, now)
    }
}

impl StoredSite {
    /// As one is.
    pub(crate) fn of(site: &Site) -> Self {
        Self {
            id: site.id.clone(),
            timezone: site.timezone.iana_name().unwrap_or("UTC").to_owned(),
            allow_keyless: site.allow_keyless,
            origins: site.origins.clone(),
            keep_days: site.keep_days,
            rules: site.rules.options().clone(),
            version: site.version,
        }
    }

    /// Whether somebody has set something of it since it was made.
    pub(crate) fn was_changed(&self) -> bool {
        self.version > 1
    }

    /// One as open mode makes them.
    pub(crate) fn plain(id: &str) -> Self {
        let (timezone, origins) = ("UTC".to_owned(), Vec::new());
        Self {
            id: id.to_owned(),
            timezone,
            allow_keyless: false,
            origins,
            keep_days: 0,
            rules: RuleOptions::default(),
            version: 1,
        }
    }
}
