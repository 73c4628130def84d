//! Configuration: the built-in defaults, a file, the environment, flags, in this order. Unknown keys are refused with the
//! nearest known one. The reference of every key is `config/default.toml`, which is the source of the defaults.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use config::{Config as Layers, Environment, File, FileFormat};
use kassa_analytics::collect::{LimitOptions, Rate};
use kassa_model::Currency;
use kassa_service::logs::{Format, check_level};
use serde::{Deserialize, Serialize};

mod keys;

use keys::{environment_keys, refuse_unknown_keys};

/// `config/default.toml`, as built in.
pub(crate) const DEFAULTS: &str = include_str!("../../../config/default.toml");

/// `server.listen` as it is when nothing sets it: a role by itself then listens on its own port.
pub(crate) const LISTEN_DEFAULT: &str = "127.0.0.1:8000";

/// The fewest characters of `access.admin_token`.
const ADMIN_TOKEN_LEAST: usize = 16;

/// The effective configuration.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Config {
    pub(crate) data: PathBuf,
    pub(crate) server: Server,
    pub(crate) log: Log,
    pub(crate) store: Store,
    pub(crate) database: Database,
    pub(crate) catalog: Noun,
    pub(crate) inventory: Noun,
    pub(crate) orders: Orders,
    pub(crate) dedupe: Dedupe,
    pub(crate) access: Access,
    pub(crate) shop: Shop,
    pub(crate) storefront: Storefront,
    pub(crate) collector: Collector,
    pub(crate) compat: Compat,
    pub(crate) chaos: Chaos,
    pub(crate) cors: Cors,
    pub(crate) geoip: GeoIp,
    pub(crate) logs: Logs,
    pub(crate) sites: Vec<Site>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Server {
    pub(crate) listen: String,
    pub(crate) hosts: Vec<String>,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) compat_ports: bool,
    pub(crate) connections_max: usize,
    pub(crate) header_timeout_ms: u64,
    pub(crate) body_timeout_ms: u64,
    pub(crate) idle_timeout_ms: u64,
    pub(crate) drain_timeout_ms: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Log {
    pub(crate) url: String,
    pub(crate) partitions: u32,
    pub(crate) segment_bytes: u64,
    pub(crate) keep_hours: u64,
    pub(crate) max_bytes: u64,
    pub(crate) reserve_bytes: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Store {
    pub(crate) url: String,
    pub(crate) memory_mb: u32,
    pub(crate) threads: u32,
    pub(crate) query_timeout_s: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Database {
    pub(crate) url: String,
}

/// Where a noun of the shop is kept.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Noun {
    pub(crate) database_url: String,
    pub(crate) url: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Orders {
    pub(crate) database_url: String,
    pub(crate) accepted_max: u64,
    pub(crate) quantity_max: u32,
    pub(crate) order_quantity_max: u32,
    pub(crate) keep_failed_days: u32,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Dedupe {
    pub(crate) window_hours: u64,
    pub(crate) memory_max: usize,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Access {
    pub(crate) admin_token: String,
    pub(crate) secret_keys: Vec<SecretKey>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct SecretKey {
    pub(crate) name: String,
    pub(crate) sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) site: Option<String>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Shop {
    pub(crate) site: String,
    pub(crate) currency: String,
    pub(crate) currencies: Vec<String>,
    pub(crate) low_stock_at: i64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Storefront {
    pub(crate) rate_per_second: u32,
    pub(crate) burst: u32,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Collector {
    pub(crate) rate_per_second: u32,
    pub(crate) burst: u32,
    pub(crate) site_rate_per_second: u32,
    pub(crate) site_burst: u32,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Compat {
    pub(crate) open: Vec<String>,
    pub(crate) rate_per_second: u32,
    pub(crate) burst: u32,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Chaos {
    pub(crate) allowed: bool,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Cors {
    pub(crate) origins: Vec<String>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct GeoIp {
    pub(crate) path: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Logs {
    pub(crate) format: String,
    pub(crate) level: String,
    pub(crate) file: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub(crate) struct Site {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) write_keys: Vec<String>,
    #[serde(default)]
    pub(crate) allow_keyless: bool,
    #[serde(default = "utc")]
    pub(crate) timezone: String,
    #[serde(default)]
    pub(crate) origins: Vec<String>,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// What flags set, over everything else.
#[derive(Debug, Default)]
pub(crate) struct Overrides(pub(crate) Vec<(&'static str, String)>);

impl Config {
    /// Reads defaults, `file`, the environment and `overrides`.
    ///
    /// # Errors
    /// An unreadable file, an unknown key (naming the nearest), a value of the wrong type, a combination that cannot work.
    pub(crate) fn load(file: Option<&Path>, overrides: &Overrides) -> anyhow::Result<Self> {
        let mut layers = Layers::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(path) = file {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the configuration file {}", path.display()))?;
            let named = format!("in the configuration file {}", path.display());
            refuse_unknown_keys(&text).context(named.clone())?;
            layers = layers.add_source(File::from_str(&text, FileFormat::Toml));
        }
        let environment = environment_keys()?;
        layers = layers.add_source(
            Environment::default()
                .separator("__")
                .try_parsing(true)
                .list_separator(",")
                .with_list_parse_key("server.hosts")
                .with_list_parse_key("server.trusted_proxies")
                .with_list_parse_key("cors.origins")
                .with_list_parse_key("compat.open")
                .with_list_parse_key("shop.currencies")
                .source(Some(environment)),
        );
        for (key, value) in &overrides.0 {
            layers = layers.set_override(*key, value.as_str())?;
        }
        let mut config: Self =
            layers.build()?.try_deserialize().context("the configuration does not make sense")?;
        config.fill_in_data();
        config.validate()?;
        Ok(config)
    }

    /// The folder of a `local:` log.
    pub(crate) fn log_dir(&self) -> anyhow::Result<PathBuf> {
        scheme_path("log.url", &self.log.url, "local")
    }

    /// The file of a `duckdb:` store.
    pub(crate) fn store_file(&self) -> anyhow::Result<PathBuf> {
        scheme_path("store.url", &self.store.url, "duckdb")
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

    /// The configuration as TOML, secrets masked.
    pub(crate) fn masked(&self) -> anyhow::Result<String> {
        let mut shown = self.clone();
        if !shown.access.admin_token.is_empty() {
            "********".clone_into(&mut shown.access.admin_token);
        }
        for key in &mut shown.access.secret_keys {
            "********".clone_into(&mut key.sha256);
        }
        for url in shown.database_urls() {
            mask_password(url);
        }
        Ok(toml::to_string(&shown)?)
    }

    fn fill_in_data(&mut self) {
        let data = self.data.display().to_string();
        for url in [&mut self.log.url, &mut self.store.url] {
            *url = url.replace("{data}", &data);
        }
        for url in self.database_urls() {
            *url = url.replace("{data}", &data);
        }
    }

    fn database_urls(&mut self) -> [&mut String; 4] {
        [
            &mut self.database.url,
            &mut self.catalog.database_url,
            &mut self.inventory.database_url,
            &mut self.orders.database_url,
        ]
    }

    fn validate(&self) -> anyhow::Result<()> {
        self.listen()?;
        self.log_dir()?;
        self.store_file()?;
        let at_least = |key: &str, value: u64, least: u64| match value >= least {
            true => Ok(()),
            false => Err(anyhow::anyhow!("{key} = {value} is too small: at least {least}")),
        };
        at_least("log.partitions", self.log.partitions.into(), 1)?;
        at_least("log.segment_bytes", self.log.segment_bytes, 1 << 20)?;
        at_least("log.max_bytes", self.log.max_bytes, self.log.segment_bytes * 2)?;
        at_least("store.memory_mb", self.store.memory_mb.into(), 64)?;
        at_least("store.query_timeout_s", self.store.query_timeout_s, 1)?;
        at_least("dedupe.window_hours", self.dedupe.window_hours, 1)?;
        at_least("dedupe.memory_max", self.dedupe.memory_max as u64, 1 << 20)?;
        at_least("orders.accepted_max", self.orders.accepted_max, 1)?;
        at_least("orders.quantity_max", self.orders.quantity_max.into(), 1)?;
        at_least("orders.order_quantity_max", self.orders.order_quantity_max.into(), 1)?;
        at_least("orders.keep_failed_days", self.orders.keep_failed_days.into(), 8)?;
        at_least("storefront.rate_per_second", self.storefront.rate_per_second.into(), 1)?;
        at_least("storefront.burst", self.storefront.burst.into(), 1)?;
        at_least("compat.rate_per_second", self.compat.rate_per_second.into(), 1)?;
        at_least("compat.burst", self.compat.burst.into(), 1)?;
        self.ingest_limits()?;
        self.validate_shop()?;
        if !self.server.trusted_proxies.is_empty() && self.access.admin_token.is_empty() {
            bail!(
                "server.trusted_proxies is set without access.admin_token: through a proxy anyone would reach open mode; \
                 set the token as well"
            );
        }
        let token = self.access.admin_token.chars().count();
        if token > 0 && token < ADMIN_TOKEN_LEAST {
            bail!("access.admin_token has {token} characters: at least {ADMIN_TOKEN_LEAST} are wanted");
        }
        self.logs.format.parse::<Format>().context("logs.format")?;
        check_level(&self.logs.level).context("logs.level")?;
        if self.log.partitions > 64 {
            bail!(
                "log.partitions = {} is too many: each costs its own fsync; at most 64",
                self.log.partitions
            );
        }
        Ok(())
    }

    fn validate_shop(&self) -> anyhow::Result<()> {
        let (currency, currencies) = (self.currency()?, self.currencies()?);
        if !currencies.is_empty() && !currencies.contains(&currency) {
            bail!(
                "shop.currency = \"{currency}\" is not among shop.currencies: add it there, or name another"
            );
        }
        if self.shop.low_stock_at < 0 {
            bail!("shop.low_stock_at = {} is negative", self.shop.low_stock_at);
        }
        if let Some(unknown) =
            self.compat.open.iter().find(|name| !["A", "B", "C", "D", "E"].contains(&name.as_str()))
        {
            bail!("compat.open names {unknown}: the dialects are A, B, C, D and E");
        }
        Ok(())
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

/// Puts stars for the password of `postgres://user:password@host/db`.
fn mask_password(url: &mut String) {
    let Some((scheme, rest)) = url.split_once("://") else { return };
    let Some((user, host)) = rest.rsplit_once('@') else { return };
    let user = user.split(':').next().unwrap_or_default();
    *url = format!("{scheme}://{user}:********@{host}");
}

fn scheme_path(key: &str, url: &str, scheme: &str) -> anyhow::Result<PathBuf> {
    match url.split_once(':') {
        Some((found, path)) if found == scheme && !path.is_empty() => Ok(PathBuf::from(path)),
        _ => bail!("{key} = \"{url}\" is not known: this build takes {scheme}:PATH"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> anyhow::Result<Config> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), text)?;
        Config::load(Some(file.path()), &Overrides::default())
    }

    #[test]
    fn defaults_are_valid() {
        let config = Config::load(None, &Overrides::default()).unwrap();
        assert_eq!(config.log.url, "local:data/log");
        assert_eq!(config.store_file().unwrap(), PathBuf::from("data/events.duckdb"));
        assert_eq!(config.sites[0].id, "default");
        assert_eq!(config.server.listen, LISTEN_DEFAULT);
    }

    #[test]
    fn a_file_and_flags_go_over_the_defaults() {
        let config = load("data = \"/srv/kassa\"\n[server]\nlisten = \":9000\"\n").unwrap();
        assert_eq!(config.log_dir().unwrap(), PathBuf::from("/srv/kassa/log"));
        assert_eq!(config.listen().unwrap().to_string(), "127.0.0.1:9000");
        let flags = Overrides(vec![("data", "/tmp/x".to_owned())]);
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
        check("[log]\nurl = \"kafka://x/y\"", "this build takes local:PATH");
        check("[server]\nlisten = \"nowhere\"", "no address and port");
        check("[log]\npartitions = 0", "at least 1");
        check("[log]\npartitions = \"many\"", "partitions");
        check("[logs]\nformat = \"xml\"", "auto, json or text");
        check("[logs]\nlevel = \"loud\"", "logs.level: \"loud\" is no level: off, error, warn");
        check("[access]\nadmin_token = \"short\"", "at least 16");
        check("[shop]\ncurrency = \"dollars\"", "no ISO 4217 code");
        check("[shop]\ncurrency = \"USX\"", "shop.currency = \"USX\" is no ISO 4217 code");
        check("[shop]\ncurrencies = [\"EUR\", \"EURO\"]", "shop.currencies = \"EURO\" is no ISO 4217 code");
        check("[shop]\ncurrencies = [\"EUR\"]", "shop.currency = \"USD\" is not among shop.currencies");
        check("[compat]\nopen = [\"Z\"]", "compat.open names Z");
        check("[server]\ntrusted_proxies = [\"10.0.0.1\"]", "set the token as well");
        check("not toml", "configuration file");
    }

    #[test]
    fn masks_secrets() {
        let text = "[access]\nadmin_token = \"a-very-secret-token\"\n\
                    [database]\nurl = \"postgres://shop:very-secret@db.example/shop\"";
        let shown = load(text).unwrap().masked().unwrap();
        assert!(!shown.contains("very-secret") && shown.contains("********"), "{shown}");
        assert!(shown.contains("postgres://shop:********@db.example/shop"), "{shown}");
    }
}
