//! Sites, keys and sessions in memory: what the configuration has, what was created, and what the database holds, merged
//! into one value behind an atomic pointer. The configuration wins.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, Guard};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::kept::thing::Kept;
use crate::site::{Site, Source, UnknownSite, WriteKey, is_id};
use crate::store::{ApiKey, Stored, StoredSession, StoredSite};
use crate::{Error, Options, SiteRules};

/// Sites at most, configured and created ones together.
pub const SITES_MAX: usize = 1_000;

/// The sites, keys and sessions of this process.
#[derive(Debug)]
pub(crate) struct Sites {
    now: ArcSwap<Snapshot>,
    configured: Vec<Site>,
    /// Held while the snapshot is replaced, so that no change is lost between two of them.
    replacing: Mutex<()>,
}

/// One moment of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    pub(crate) by_id: HashMap<String, Arc<Site>>,
    pub(crate) by_key: HashMap<String, Arc<Site>>,
    /// The origins of all sites, in lower case.
    pub(crate) origins: HashSet<String>,
    /// The ids that open mode has created, which the file holds.
    pub(crate) created: Vec<String>,
    /// The database's secret keys, by their hashes.
    pub(crate) api_keys: HashMap<[u8; 32], Arc<ApiKey>>,
    /// The sessions, by their hashes.
    pub(crate) sessions: HashMap<[u8; 32], StoredSession>,
    /// What is kept for reports, by site, oldest first.
    pub(crate) kept: HashMap<String, Vec<Arc<Kept>>>,
    /// The share links among it, by the hash of their tokens.
    pub(crate) shares: HashMap<[u8; 32], Arc<Kept>>,
    /// From which day to which sites have totals of days.
    pub(crate) totals: HashMap<String, (Date, Date)>,
}

impl Sites {
    /// From the configuration and the ids that the data folder remembers.
    pub(crate) fn new(options: &Options, remembered: Vec<String>) -> Result<Self, Error> {
        let configured: Vec<Site> = options.sites.iter().map(Site::from_options).collect::<Result<_, _>>()?;
        if configured.len() > SITES_MAX {
            return Err(Error::TooManySites(configured.len()));
        }
        check_configured(&configured)?;
        let mut snapshot = Snapshot::of(configured.clone());
        snapshot.add_remembered(remembered);
        Ok(Self { now: ArcSwap::from_pointee(snapshot), configured, replacing: Mutex::new(()) })
    }

    /// As things are.
    pub(crate) fn now(&self) -> Guard<Arc<Snapshot>> {
        self.now.load()
    }

    /// The site `id`, made if there is none; true with one that was made.
    pub(crate) fn known_or_new(&self, id: &str) -> Result<(Arc<Site>, bool), UnknownSite> {
        if !is_id(id) {
            return Err(UnknownSite);
        }
        let _replacing = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now.load();
        if let Some(site) = now.by_id.get(id) {
            return Ok((Arc::clone(site), false));
        }
        if now.by_id.len() >= SITES_MAX {
            return Err(UnknownSite);
        }
        let mut next = Snapshot::clone(&now);
        let site = next.add_created(id);
        self.now.store(Arc::new(next));
        Ok((site, true))
    }

    /// Takes over what the database holds.
    pub(crate) fn apply(&self, stored: Stored) {
        let _replacing = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now.load();
        let mut next = Snapshot::of(merge(&self.configured, &stored));
        next.add_remembered(now.created.clone());
        next.created.clone_from(&now.created);
        next.sessions = stored.sessions.into_iter().map(|(hash, session)| (hash.bytes(), session)).collect();
        next.api_keys = stored.api_keys.into_iter().map(|key| keep_use(&now, key)).collect();
        next.add_kept(&now, stored.kept);
        next.totals = stored.totals.into_iter().collect();
        self.now.store(Arc::new(next));
    }
}

impl Snapshot {
    fn of(sites: Vec<Site>) -> Self {
        let mut snapshot = Self::default();
        for site in sites.into_iter().map(Arc::new) {
            for write_key in &site.write_keys {
                snapshot.by_key.entry(write_key.key.clone()).or_insert_with(|| Arc::clone(&site));
            }
            snapshot.origins.extend(site.origins.iter().map(|origin| origin.to_ascii_lowercase()));
            snapshot.by_id.insert(site.id.clone(), site);
        }
        snapshot
    }

    /// Adds what the file holds; what the configuration has meanwhile, or what is too much, is left out.
    fn add_remembered(&mut self, created: Vec<String>) {
        for id in created {
            if is_id(&id) && !self.by_id.contains_key(&id) && self.by_id.len() < SITES_MAX {
                self.add_created(&id);
            }
        }
    }

    /// Adds what is kept for reports; of share links with when `before` saw them used, which may not be written down yet.
    fn add_kept(&mut self, before: &Self, kept: Vec<Kept>) {
        for mut kept in kept {
            let token = kept.secret.as_ref().map(|secret| secret.token.bytes());
            if let Some(known) = token.and_then(|token| before.shares.get(&token)) {
                kept.used = Arc::clone(&known.used);
            }
            let kept = Arc::new(kept);
            if let Some(token) = token {
                self.shares.insert(token, Arc::clone(&kept));
            }
            self.kept.entry(kept.site.clone()).or_default().push(kept);
        }
    }

    fn add_created(&mut self, id: &str) -> Arc<Site> {
        let site = Arc::new(Site::plain(id));
        self.by_id.insert(id.to_owned(), Arc::clone(&site));
        self.created.push(id.to_owned());
        site
    }
}

fn check_configured(sites: &[Site]) -> Result<(), Error> {
    let mut ids = HashMap::new();
    let mut keys: HashMap<&str, &str> = HashMap::new();
    for site in sites {
        if ids.insert(&site.id, ()).is_some() {
            return Err(Error::SiteTwice(site.id.clone()));
        }
        for write_key in &site.write_keys {
            match keys.insert(&write_key.key, &site.id) {
                Some(other) if other != site.id => {
                    return Err(Error::WriteKeyTwice(other.to_owned(), site.id.clone()));
                }
                _ => (),
            }
        }
    }
    Ok(())
}

/// The configured sites, then the stored ones that are not configured, and each one's stored keys. A key that the
/// configuration gives to another site is that site's; what somebody has set of a preset goes over it.
fn merge(configured: &[Site], stored: &Stored) -> Vec<Site> {
    let mut sites = configured.to_vec();
    for site in &stored.sites {
        let is_full = sites.len() >= SITES_MAX;
        match sites.iter_mut().find(|known| known.id == site.id) {
            Some(known) if known.source == Source::Preset && site.was_changed() => {
                let write_keys = std::mem::take(&mut known.write_keys);
                *known = Site { write_keys, ..site_of(site) };
            }
            None if !is_full => sites.push(site_of(site)),
            _ => {}
        }
    }
    let places: HashMap<String, usize> =
        sites.iter().enumerate().map(|(place, site)| (site.id.clone(), place)).collect();
    let taken =
        |key: &str| configured.iter().any(|site| site.write_keys.iter().any(|known| known.key == key));
    for found in &stored.site_keys {
        if let (Some(place), false) = (places.get(&found.site), taken(&found.key)) {
            let write_key = WriteKey { key: found.key.clone(), created_at: Some(found.created_at) };
            sites[*place].write_keys.push(write_key);
        }
    }
    sites
}

fn site_of(stored: &StoredSite) -> Site {
    let timezone = TimeZone::get(&stored.timezone).unwrap_or_else(|_| {
        tracing::warn!(site = stored.id, timezone = stored.timezone, "no such time zone; taking UTC");
        TimeZone::UTC
    });
    let rules = SiteRules::new(&stored.rules, &stored.origins).unwrap_or_else(|why| {
        tracing::warn!(site = stored.id, %why, "a rule cannot be applied; taking none");
        SiteRules::default()
    });
    Site {
        timezone,
        rules,
        allow_keyless: stored.allow_keyless,
        origins: stored.origins.clone(),
        keep_days: stored.keep_days,
        version: stored.version,
        ..Site::plain(&stored.id)
    }
}

/// Carries over when this process last saw the key, which may not be written down yet.
fn keep_use(now: &Snapshot, mut key: ApiKey) -> ([u8; 32], Arc<ApiKey>) {
    let hash = key.hash.bytes();
    key.used = match now.api_keys.get(&hash) {
        Some(known) => Arc::clone(&known.used),
        None => Arc::new(AtomicI64::new(0)),
    };
    (hash, Arc::new(key))
}
