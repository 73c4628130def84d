//! Configuration: the built-in defaults, a file, the environment, flags, in this order. Unknown keys are refused with the
//! nearest known one. The reference of every key is `config/default.toml`, which is the source of the defaults.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::Context;
use config::{Config as Layers, ConfigError, File, FileFormat};
use kassa_analytics::collect::{LimitOptions, Rate};
use kassa_commerce::storefront::settings::Settings;
use kassa_model::Currency;
use serde::{Deserialize, Serialize};

mod engines;
mod env;
mod events;
mod keys;
mod mail;
mod origin;
mod process;
mod shop;
mod shop_toml;
mod show;
mod site;
mod validate;
mod webhooks;

pub(crate) use engines::{LogUrl, StoreUrl};
pub(crate) use origin::{Origin, Source};
pub(crate) use shop_toml::NAME as SHOP_FILE;
pub(crate) use validate::INTERNAL_TOKEN;

use events::{Collector, Dedupe, GeoIp, Log, Sessions, Store};
use keys::DEFAULTS;
use mail::Email;
use process::{Access, Cors, Logs, Server};
use shop::{Assets, Audit, Chaos, Compat, Database, Noun, Orders, Shop, Storefront};
use site::Site;
use webhooks::Webhooks;

/// The effective configuration.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Config {
    pub(crate) data: PathBuf,
    pub(crate) server: Server,
    pub(crate) log: Log,
    pub(crate) store: Store,
    pub(crate) audit: Audit,
    pub(crate) database: Database,
    pub(crate) catalog: Noun,
    pub(crate) inventory: Noun,
    pub(crate) orders: Orders,
    pub(crate) dedupe: Dedupe,
    pub(crate) sessions: Sessions,
    pub(crate) access: Access,
    pub(crate) shop: Shop,
    pub(crate) storefront: Storefront,
    pub(crate) email: Email,
    pub(crate) assets: Assets,
    pub(crate) webhooks: Webhooks,
    pub(crate) collector: Collector,
    pub(crate) compat: Compat,
    pub(crate) chaos: Chaos,
    pub(crate) cors: Cors,
    pub(crate) geoip: GeoIp,
    pub(crate) logs: Logs,
    pub(crate) sites: Vec<Site>,
    /// What `shop.toml` says.
    #[serde(skip)]
    pub(crate) said: Settings,
    /// Where its keys were set.
    #[serde(skip)]
    pub(crate) origin: Origin,
}

/// What the command line sets.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    /// Defaults of the command that differ from the built-in ones: a role by itself listens on its own port.
    pub(crate) defaults: Vec<(&'static str, String)>,
    /// Flags, over everything else.
    pub(crate) flags: Vec<(&'static str, String)>,
}

impl Overrides {
    /// Flags alone.
    #[cfg(test)]
    pub(crate) fn flags(flags: Vec<(&'static str, String)>) -> Self {
        Self { defaults: Vec::new(), flags }
    }
}

impl Config {
    /// Reads defaults, `file`, the environment and `overrides`.
    ///
    /// # Errors
    /// An unreadable file, an unknown key (naming the nearest), a value of the wrong type, a combination that cannot work.
    pub(crate) fn load(file: Option<&Path>, overrides: &Overrides) -> anyhow::Result<Self> {
        let mut layers = Layers::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        let mut origin = Origin::new(file);
        if !overrides.defaults.is_empty() {
            layers = layers.add_source(layer(&overrides.defaults)?);
        }
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
            let named = format!("in the configuration file {}", path.display());
            keys::check_file(&text).context(named.clone())?;
            origin.add_file(&text);
            layers = layers.add_source(File::from_str(&text, FileFormat::Toml));
        }
        for (path, value) in env::of_process()? {
            origin.add_environment(&path);
            layers = layers.set_override(path, value)?;
        }
        for (path, text) in &overrides.flags {
            origin.add_flag(path);
            layers = layers.set_override(*path, env::parse_flag(path, text)?)?;
        }
        let mut config: Self = layers.build()?.try_deserialize().map_err(|error| explain(&error))?;
        config.fill_in_data();
        config.validate()?;
        config.said = shop_toml::read(file, &config.data)?;
        config.origin = origin;
        Ok(config)
    }

    /// The log's engine and place.
    pub(crate) fn log_url(&self) -> anyhow::Result<LogUrl> {
        LogUrl::parse(&self.log.url)
    }

    /// The store's engine and place.
    pub(crate) fn store_url(&self) -> anyhow::Result<StoreUrl> {
        StoreUrl::parse(&self.store.url)
    }

    /// The address to listen on.
    pub(crate) fn listen(&self) -> anyhow::Result<SocketAddr> {
        let listen = &self.server.listen;
        let text = if listen.starts_with(':') { format!("127.0.0.1{listen}") } else { listen.clone() };
        let text = text.replace("localhost:", "127.0.0.1:");
        text.parse().with_context(|| {
            format!("server.listen = \"{listen}\" is no address and port, such as 127.0.0.1:8000")
        })
    }

    /// Refuses to go on without the data folder.
    pub(crate) fn require_data(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.data.exists(),
            "there is no data folder {}: name it with --data",
            self.data.display()
        );
        Ok(())
    }

    fn fill_in_data(&mut self) {
        let data = self.data.display().to_string();
        for url in self.urls() {
            *url = url.replace("{data}", &data);
        }
        self.assets.folder = self.assets.folder.replace("{data}", &data);
    }

    /// `collector.rate_per_second` and its siblings.
    pub(crate) fn ingest_limits(&self) -> anyhow::Result<LimitOptions> {
        let set = &self.collector;
        let least = |key: &str, value: u32| {
            NonZeroU32::new(value).with_context(|| format!("collector.{key} = 0 is too small: at least 1"))
        };
        Ok(LimitOptions {
            per_client: Rate {
                per_second: least("rate_per_second", set.rate_per_second)?,
                burst: least("burst", set.burst)?,
            },
            per_site: Rate {
                per_second: least("site_rate_per_second", set.site_rate_per_second)?,
                burst: least("site_burst", set.site_burst)?,
            },
        })
    }

    /// `shop.currency`.
    pub(crate) fn currency(&self) -> anyhow::Result<Currency> {
        listed_currency("shop.currency", &self.shop.currency)
    }

    /// `shop.currencies`; empty: all that there are.
    pub(crate) fn currencies(&self) -> anyhow::Result<Vec<Currency>> {
        self.shop.currencies.iter().map(|code| listed_currency("shop.currencies", code)).collect()
    }
}

/// The currency of this code, if ISO 4217 has it.
fn listed_currency(key: &str, code: &str) -> anyhow::Result<Currency> {
    let known = code.trim().parse().ok().filter(Currency::is_listed);
    known.with_context(|| format!("{key} = \"{code}\" is no ISO 4217 code of a currency, such as USD or EUR"))
}

/// A layer of these values.
fn layer(values: &[(&'static str, String)]) -> anyhow::Result<Layers> {
    let mut layers = Layers::builder();
    for (path, text) in values {
        layers = layers.set_override(*path, env::parse_flag(path, text)?)?;
    }
    Ok(layers.build()?)
}

/// What is left to go wrong when every value is of its key's kind: a table without a key that it needs, a number that is too
/// large. The reader's own words name types of this program.
fn explain(error: &ConfigError) -> anyhow::Error {
    match error {
        // The reader leaves the dot behind an index out.
        ConfigError::NotFound(key) => anyhow::anyhow!("the configuration lacks {}", key.replace("]", "].")),
        ConfigError::Type { unexpected, key, .. } => {
            let said = unexpected.to_string();
            let value = said.split('`').nth(1).unwrap_or(&said);
            anyhow::anyhow!("{} cannot be {value}", key.as_deref().unwrap_or("a key"))
        }
        ConfigError::At { key: Some(key), .. } => anyhow::anyhow!("{key} has a value that it cannot take"),
        _ => anyhow::anyhow!("the configuration does not make sense"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(super) fn load(text: &str) -> anyhow::Result<Config> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), text)?;
        Config::load(Some(file.path()), &Overrides::default())
    }

    #[test]
    fn defaults_are_valid() {
        let config = Config::load(None, &Overrides::default()).unwrap();
        assert_eq!(config.log.url, "local:data/log");
        assert_eq!(config.assets.folder, "data/assets");
        assert_eq!(config.store_url().unwrap(), StoreUrl::Duckdb("data/events.duckdb".into()));
        assert_eq!(config.sites[0].id, "default");
        assert_eq!(config.server.listen, "127.0.0.1:8000");
    }

    #[test]
    fn a_file_and_flags_go_over_the_defaults() {
        let config = load("data = \"/srv/kassa\"\n[server]\nlisten = \":9000\"\n").unwrap();
        assert_eq!(config.log_url().unwrap(), LogUrl::Local("/srv/kassa/log".into()));
        assert_eq!(config.listen().unwrap().to_string(), "127.0.0.1:9000");
        let flags = Overrides::flags(vec![("data", "/tmp/x".to_owned())]);
        assert_eq!(Config::load(None, &flags).unwrap().log.url, "local:/tmp/x/log");
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let check = |text: &str, expected: &str| {
            let message = format!("{:#}", load(text).unwrap_err());
            assert!(message.contains(expected), "{text}: {message}");
        };
        check("[server]\nlisen = \"x\"", "did you mean server.listen?");
        check("[[sites]]\nid = \"a\"\ntimzone = \"UTC\"", "did you mean sites.timezone?");
        check("listen = \":9000\"", "did you mean server.listen?");
        check("[log]\npartitions = \"many\"", "log.partitions wants a whole number");
        check("[log]\npartitions = [4]", "log.partitions wants a whole number");
        check("[log]\npartitions = -1", "log.partitions cannot be -1");
        check("[log]\npartitions = 4294967296", "log.partitions cannot be 4294967296");
        check("[server]\nlisten = 8000", "server.listen wants text");
        check("[server]\nhosts = \"a\"", "server.hosts wants a list of texts");
        check("[server]\ncompat_ports = \"maybe\"", "server.compat_ports wants true or false");
        check("sites = \"a\"", "begin each with [[sites]]");
        check("[[sites]]\ntimezone = \"UTC\"", "lacks sites[0].id");
        check("not toml", "configuration file");
    }

    #[test]
    fn a_command_s_default_gives_way_to_whatever_is_set() {
        let own = || vec![("server.listen", "127.0.0.1:7105".to_owned())];
        let listen = |overrides: &Overrides, text: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            Config::load(Some(file.path()), overrides).unwrap().server.listen
        };
        let defaults = Overrides { defaults: own(), flags: Vec::new() };
        assert_eq!(listen(&defaults, ""), "127.0.0.1:7105");
        // Also what happens to be the built-in default.
        assert_eq!(listen(&defaults, "[server]\nlisten = \"127.0.0.1:8000\""), "127.0.0.1:8000");
        let given = vec![("server.listen", "127.0.0.1:8000".to_owned())];
        assert_eq!(listen(&Overrides { defaults: own(), flags: given }, ""), "127.0.0.1:8000");
    }
}
