//! The snapshot of sites and keys that every event asks: one atomic load and a lookup.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use kassa_db::Db;
use kassa_model::Clock;
use kassa_service::{RateLimit, Status};

use crate::attached::Attached;
use crate::guesses::Guesses;
use crate::keeper::{self, Keeper};
use crate::secret::SECRET_PREFIX;
use crate::secret::{Hash, SecretKey};
use crate::site::{Site, UnknownSite};
use crate::sites::{Sites, Snapshot};
use crate::{Caller, Error, Mode, Options, Scope};

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
    compat_limit: Option<RateLimit>,
    guesses: Guesses,
    keeper: Option<Keeper>,
    attached: OnceLock<Attached>,
}

impl Options {
    /// Whether sites and keys are what they should be: as [`Access::open`], without the data folder.
    ///
    /// # Errors
    /// [`Error`] for a configuration that contradicts itself.
    pub fn check(&self) -> Result<(), Error> {
        Sites::new(self, Vec::new())?;
        self.secret_keys.iter().try_for_each(|key| SecretKey::from_options(key).map(|_| ()))
    }
}

impl Access {
    /// From the configuration and the sites that open mode has created in this data folder.
    ///
    /// # Errors
    /// [`Error`] for a configuration that contradicts itself or a file that cannot be read.
    pub fn open(options: &Options, mode: Mode, data: &Path) -> Result<Self, Error> {
        let path = data.join(keeper::FILE);
        let sites = Arc::new(Sites::new(options, keeper::remembered(&path)?)?);
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
            compat_limit: options.compat_limit.map(|(rate, burst)| RateLimit::new(rate, burst)),
            guesses: Guesses::default(),
            keeper,
            attached: OnceLock::new(),
        })))
    }

    /// Adds the sites, keys and sessions of `db`: applies the schema, reads everything, then reads again every 5 s. A
    /// database that does not answer now is tried again; until it does, [`status`](Self::status) is down. Once read,
    /// what is known outlasts an outage. Blocks; for the start, before requests are served.
    ///
    /// # Errors
    /// [`Error::Database`] for a schema that is not ours, [`Error::AttachedTwice`].
    pub fn attach(&self, db: Db, clock: Arc<dyn Clock>) -> Result<(), Error> {
        if self.0.attached.get().is_some() {
            return Err(Error::AttachedTwice);
        }
        let attached = Attached::start(db, clock, Arc::clone(&self.0.sites))?;
        self.0.attached.set(attached).map_err(|_| Error::AttachedTwice)
    }

    /// The same with the database at `url`, for tests of crates that know no database.
    ///
    /// # Errors
    /// As [`Access::attach`]; the database's.
    #[cfg(feature = "testing")]
    pub fn attach_at(&self, url: &str, clock: Arc<dyn Clock>) -> Result<(), Error> {
        self.attach(Db::open(url).map_err(Error::Database)?, clock)
    }

    /// Whether sites and keys are known, for `/readyz`; always up without a database.
    pub fn status(&self) -> Status {
        self.0.attached.get().map_or(Status::Up, Attached::status)
    }

    /// Open or closed.
    pub fn mode(&self) -> Mode {
        self.0.mode
    }

    #[cfg(test)]
    pub(crate) fn site_for(&self, key: Option<&str>, site: Option<&str>) -> Result<Arc<Site>, UnknownSite> {
        self.site_by_rules(self.0.mode, key, site)
    }

    /// The site that an event belongs to, from the write key and the site id that it brought (wire.md), by the rules of the mode
    /// that its request is judged by, [`mode_for`](Self::mode_for). Empty counts as absent. In open mode unknown ones are
    /// created, up to [`SITES_MAX`](crate::SITES_MAX).
    ///
    /// # Errors
    /// [`UnknownSite`] when there is none, key and site disagree, or a key is needed and absent.
    pub fn site_by_rules(
        &self,
        mode: Mode,
        key: Option<&str>,
        site: Option<&str>,
    ) -> Result<Arc<Site>, UnknownSite> {
        let key = key.filter(|key| !key.is_empty());
        let site = site.filter(|site| !site.is_empty());
        let named = match key {
            Some(key) => match self.by_secret(mode, key, site) {
                Some(found) => found?,
                None => self.by_key(mode, key)?,
            },
            None => return self.keyless(mode, site.unwrap_or(&self.0.shop_site)),
        };
        match site {
            Some(site) if site != named.id => Err(UnknownSite),
            _ => Ok(named),
        }
    }

    /// The site of that id, if it is known; never creates one.
    pub fn site(&self, id: &str) -> Option<Arc<Site>> {
        self.0.sites.now().by_id.get(id).cloned()
    }

    /// All sites, by id.
    pub fn sites(&self) -> Vec<Arc<Site>> {
        let mut sites: Vec<_> = self.0.sites.now().by_id.values().cloned().collect();
        sites.sort_by(|a, b| a.id.cmp(&b.id));
        sites
    }

    /// Whether a site lists this origin (in lower case): its pages may use the storefront's routes. For
    /// [`LiveOrigins`](kassa_service::LiveOrigins), as sites may be made while the process runs.
    pub fn lists_origin(&self, origin: &str) -> bool {
        self.0.sites.now().origins.contains(origin)
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

    pub(crate) fn attached(&self) -> Option<&Attached> {
        self.0.attached.get()
    }

    /// Sites, keys and sessions as they are.
    pub(crate) fn now(&self) -> arc_swap::Guard<Arc<Snapshot>> {
        self.0.sites.now()
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

    pub(crate) fn compat_limit(&self) -> Option<&RateLimit> {
        self.0.compat_limit.as_ref()
    }

    pub(crate) fn guesses(&self) -> &Guesses {
        &self.0.guesses
    }

    /// The site for a secret key in the place of a write key: the one that it is limited to, else the one that is named, else
    /// that of events that name none. `None`: it is no secret.
    fn by_secret(&self, mode: Mode, key: &str, site: Option<&str>) -> Option<Result<Arc<Site>, UnknownSite>> {
        let now = self.0.sites.now();
        if now.by_key.contains_key(key) || (mode == Mode::Open && now.by_id.contains_key(key)) {
            return None;
        }
        let holder = self.secret_holder(key)?;
        if !holder.may(Scope::Collect) {
            return Some(Err(UnknownSite));
        }
        let only = match &holder {
            Caller::Key { site, .. } => site.as_deref(),
            _ => None,
        };
        let id = only.or(site).unwrap_or(&self.0.shop_site);
        Some(match mode {
            Mode::Open => self.known_or_new(&now, id),
            Mode::Closed => now.by_id.get(id).cloned().ok_or(UnknownSite),
        })
    }

    fn by_key(&self, mode: Mode, key: &str) -> Result<Arc<Site>, UnknownSite> {
        let now = self.0.sites.now();
        match now.by_key.get(key) {
            Some(site) => Ok(Arc::clone(site)),
            // No site is named after a secret, though it was revoked or another process has just made it.
            None if key.starts_with(SECRET_PREFIX) => Err(UnknownSite),
            None if mode == Mode::Open => self.known_or_new(&now, key),
            None => Err(UnknownSite),
        }
    }

    fn keyless(&self, mode: Mode, id: &str) -> Result<Arc<Site>, UnknownSite> {
        let now = self.0.sites.now();
        if mode == Mode::Open {
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
        let (site, made) = self.0.sites.known_or_new(id)?;
        if made {
            if let Some(keeper) = &self.0.keeper {
                keeper.wake();
            }
            if let Some(attached) = self.attached() {
                attached.wake();
            }
            tracing::info!(site = id, "created a site on first use");
        }
        Ok(site)
    }
}

#[cfg(test)]
mod tests;
