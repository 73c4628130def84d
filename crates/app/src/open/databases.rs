//! The shop of this process: which databases it opens, and where the other roles are.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use kassa_access::{Access, Salts};
use kassa_commerce::assets::Assets;
use kassa_commerce::orders::WithoutKey;
use kassa_commerce::transport::{Remotes, chaos};
use kassa_commerce::{Databases, Shop, ShopOptions};
use kassa_db::Db;
use kassa_model::SystemClock;
use kassa_service::client::Client;
use kassa_service::{Metrics, masked};

use super::schemas::Schemas;
use crate::config::{Config, INTERNAL_TOKEN};
use crate::roles::{Role, Roles};

/// The name of the database of `database.url`.
pub(crate) const MAIN: &str = "main";
/// The databases that are open, and which noun is in which.
#[derive(Debug)]
pub(crate) struct Open {
    /// Each once, under the name that health and metrics show: `main` for that of `database.url`, else the nouns in it.
    named: Vec<(String, Db)>,
    /// That of sites, keys and sessions.
    pub(super) main: Db,
    databases: Databases,
    /// Which of them have the shop's schema.
    pub(crate) schemas: Schemas,
}

impl Open {
    /// Opens what `roles` need: `database.url` always, for sites and keys; the nouns' own where they have one. A server
    /// that does not answer is no error: it is asked again, see [`Schemas`].
    ///
    /// # Errors
    /// A file that cannot be opened, a server that refuses, a schema of another program.
    pub(super) fn new(config: &Config, roles: &Roles) -> anyhow::Result<Self> {
        Self::open_by(config, roles, (Db::open_ahead, Schemas::bring_up))
    }

    /// Opens what there is of the whole shop, so that nothing of it changes.
    ///
    /// # Errors
    /// A database that is not there, does not answer, or has another schema than this program's.
    pub(super) fn to_look(config: &Config) -> anyhow::Result<Self> {
        Self::open_by(config, &Roles::all(), (Db::open_to_read, Schemas::as_they_are))
    }

    fn open_by(
        config: &Config,
        roles: &Roles,
        (by, schemas): (OpenDb, CheckSchemas),
    ) -> anyhow::Result<Self> {
        let mut by_url = BTreeMap::new();
        let main = open(&mut by_url, &config.database.url, by)?;
        let mut at = |own: &str, wanted: bool| {
            let url = if own.is_empty() { &config.database.url } else { own };
            wanted.then(|| open(&mut by_url, url, by).map(|db| (url.to_owned(), db))).transpose()
        };
        let (catalog, orders) = (roles.has(Role::Catalog), roles.has(Role::Orders));
        let asks_stock = (catalog || orders) && config.inventory.url.is_empty();
        let nouns = [
            at(&config.catalog.database_url, catalog || (orders && config.catalog.url.is_empty()))?,
            at(&config.inventory.database_url, roles.has(Role::Inventory) || asks_stock)?,
            at(&config.orders.database_url, orders)?,
        ];
        let mut urls: Vec<_> = nouns.iter().flatten().map(|(url, _)| url.clone()).collect();
        urls.sort_unstable();
        urls.dedup();
        let held = nouns.each_ref().map(|noun| noun.as_ref().map(|(url, _)| url.as_str()));
        let names = names(&config.database.url, held);
        let of_nouns = names.iter().filter(|(_, url)| urls.iter().any(|held| held == url));
        let of_nouns: Vec<_> = of_nouns.map(|(name, url)| (name.clone(), by_url[*url].clone())).collect();
        let schemas = schemas(&of_nouns)?;
        let named = names.into_iter().map(|(name, url)| (name, by_url[url].clone())).collect();
        let [catalog, inventory, orders] = nouns.map(|noun| noun.map(|(_, db)| db));
        let databases = Databases { catalog, inventory, orders };
        Ok(Self { named, main, databases, schemas })
    }

    /// The shop over these databases, with pictures where they are open.
    ///
    /// # Errors
    /// Addresses of roles that are none.
    pub(super) fn shop(
        &self,
        config: &Config,
        (access, salts): (&Access, Arc<Salts>),
        assets: Option<Assets>,
        metrics: &Metrics,
    ) -> anyhow::Result<Arc<Shop>> {
        let options = ShopOptions {
            currency: config.currency()?,
            currencies: config.currencies()?,
            site: config.shop.site.clone(),
            storefront: config.said.clone(),
            low_stock_at: config.shop.low_stock_at,
            without_key: WithoutKey {
                quantity_max: config.orders.quantity_max.into(),
                order_quantity_max: config.orders.order_quantity_max.into(),
            },
            keep_failed_days: config.orders.keep_failed_days,
            remotes: remotes(config)?,
            salts: Some(salts),
            partition_by: config.log.partition_by,
            assets: assets.map(Arc::new),
            image_origins: config.storefront.image_origins.clone(),
            mail: config.email.options(&config.data, &config.storefront.origin)?,
            webhooks: config.webhooks.options()?,
        };
        let clock = Arc::new(SystemClock);
        Ok(Shop::new(self.databases.clone(), access.clone(), clock, options, metrics))
    }

    /// Whether products are in one of them.
    pub(super) fn has_catalog(&self) -> bool {
        self.databases.catalog.is_some()
    }

    /// Every database, with the name that health and metrics show.
    pub(crate) fn all(&self) -> &[(String, Db)] {
        &self.named
    }

    /// Ends the writers once what waits is done.
    pub(super) fn close(&self) {
        self.named.iter().for_each(|(_, db)| db.close());
    }
}

/// The databases by name, `main` first. `nouns` are the addresses of catalog, inventory and orders, where they are open.
fn names<'a>(main: &'a str, nouns: [Option<&'a str>; 3]) -> Vec<(String, &'a str)> {
    let mut named = vec![(MAIN.to_owned(), main)];
    for (noun, url) in ["catalog", "inventory", "orders"].into_iter().zip(nouns) {
        let Some(url) = url.filter(|url| *url != main) else { continue };
        match named.iter_mut().find(|(_, known)| *known == url) {
            Some((name, _)) => name.extend(["+", noun]),
            None => named.push((noun.to_owned(), url)),
        }
    }
    named
}

/// How a database is opened.
type OpenDb = fn(&str) -> Result<Db, kassa_db::Error>;
/// What becomes of the schemas of databases.
type CheckSchemas = fn(&[(String, Db)]) -> anyhow::Result<Schemas>;

fn open(by_url: &mut BTreeMap<String, Db>, url: &str, by: OpenDb) -> anyhow::Result<Db> {
    if let Some(db) = by_url.get(url) {
        return Ok(db.clone());
    }
    let db = by(url).with_context(|| format!("cannot use the shop's database {}", masked::url(url)))?;
    by_url.insert(url.to_owned(), db.clone());
    Ok(db)
}

fn remotes(config: &Config) -> anyhow::Result<Remotes> {
    let token = std::env::var(INTERNAL_TOKEN).ok().filter(|token| !token.is_empty());
    let client = |key: &str, url: &str| match url {
        "" => Ok(None),
        url => Client::new(url, token.as_deref()).map(Some).with_context(|| key.to_owned()),
    };
    let allowed = if config.chaos.allowed { chaos::Allowed::Yes } else { chaos::Allowed::No };
    Ok(Remotes {
        inventory: client("inventory.url", &config.inventory.url)?,
        catalog: client("catalog.url", &config.catalog.url)?,
        chaos: allowed,
        chaos_seed: u64::from(std::process::id()),
        accepted_max: config.orders.accepted_max,
        ..Remotes::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_are_named_by_what_is_in_them() {
        let check = |nouns: [&'static str; 3], expected: &[(&str, &str)]| {
            let named = names("m", nouns.map(|url| (!url.is_empty()).then_some(url)));
            let named: Vec<_> = named.iter().map(|(name, url)| (name.as_str(), *url)).collect();
            assert_eq!(named, expected);
        };
        check(["m", "m", "m"], &[("main", "m")]);
        check(["", "", ""], &[("main", "m")]);
        check(["m", "i", "m"], &[("main", "m"), ("inventory", "i")]);
        check(["x", "i", "x"], &[("main", "m"), ("catalog+orders", "x"), ("inventory", "i")]);
    }
}
