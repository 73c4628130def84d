//! Whether a configuration can work: everything that can be known without opening a file of the data folder or asking
//! another machine. A start and `kassa check` ask the same question.

use anyhow::{Context, bail};
use kassa_access::weakness;
use kassa_analytics::collect::{Collector, CollectorOptions};
use kassa_analytics::report;
use kassa_commerce::compat;
use kassa_db::Db;
use kassa_service::client::Client;
use kassa_service::logs::{Format, check_level};
use kassa_service::{Proxies, masked};

use super::Config;

/// The variable of the secret that roles show each other.
pub(crate) const INTERNAL_TOKEN: &str = "KASSA_INTERNAL_TOKEN";

impl Config {
    /// Refuses what cannot work.
    ///
    /// # Errors
    /// The first key that is wrong, and how to put it right. Passwords in addresses are not shown.
    pub(super) fn validate(&self) -> anyhow::Result<()> {
        self.validate_sizes()?;
        self.validate_logs()?;
        self.validate_server()?;
        self.validate_addresses()?;
        self.validate_access()?;
        self.email.options(&self.data, &self.storefront.origin)?;
        self.validate_shop()
    }

    fn validate_sizes(&self) -> anyhow::Result<()> {
        let least = [
            ("log.partitions", self.log.partitions.into(), 1),
            ("log.segment_bytes", self.log.segment_bytes, 1 << 20),
            ("log.max_bytes", self.log.max_bytes, self.log.segment_bytes.saturating_mul(2)),
            ("store.memory_mb", self.store.memory_mb.into(), 64),
            ("store.query_timeout_s", self.store.query_timeout_s, 1),
            ("dedupe.window_hours", self.dedupe.window_hours, 1),
            ("dedupe.memory_max", self.dedupe.memory_max as u64, 1 << 20),
            ("sessions.memory_max", self.sessions.memory_max as u64, 1 << 20),
            ("orders.accepted_max", self.orders.accepted_max, 1),
            ("orders.quantity_max", self.orders.quantity_max.into(), 1),
            ("orders.order_quantity_max", self.orders.order_quantity_max.into(), 1),
            ("orders.keep_failed_days", self.orders.keep_failed_days.into(), 8),
            ("storefront.rate_per_second", self.storefront.rate_per_second.into(), 1),
            ("storefront.burst", self.storefront.burst.into(), 1),
            ("assets.max_bytes", self.assets.max_bytes, 1),
            ("assets.max_megapixels", self.assets.max_megapixels.into(), 1),
            ("assets.workers", self.assets.workers.into(), 1),
            ("webhooks.timeout_ms", self.webhooks.timeout_ms, 100),
            ("webhooks.disable_after_days", self.webhooks.disable_after_days.into(), 1),
            ("compat.rate_per_second", self.compat.rate_per_second.into(), 1),
            ("compat.burst", self.compat.burst.into(), 1),
        ];
        for (key, value, least) in least {
            if value < least {
                bail!("{key} = {value} is too small: at least {least}");
            }
        }
        self.ingest_limits()?;
        self.validate_assets()?;
        self.webhooks.validate()?;
        if self.log.partitions > 64 {
            let partitions = self.log.partitions;
            bail!("log.partitions = {partitions} is too many: each costs its own fsync; at most 64");
        }
        Ok(())
    }

    /// What is in memory at a time is bounded by these.
    fn validate_assets(&self) -> anyhow::Result<()> {
        let most = [
            ("assets.max_bytes", self.assets.max_bytes, 100 << 20),
            ("assets.max_megapixels", self.assets.max_megapixels.into(), 250),
            ("assets.workers", self.assets.workers.into(), 64),
        ];
        for (key, value, most) in most {
            if value > most {
                bail!("{key} = {value} is too much: at most {most}");
            }
        }
        if self.assets.folder.is_empty() {
            bail!("assets.folder is empty: name the folder of pictures, such as {{data}}/assets");
        }
        self.validate_s3()
    }

    fn validate_s3(&self) -> anyhow::Result<()> {
        let set = &self.assets.s3;
        if set.bucket.is_empty() {
            return Ok(());
        }
        let needed = [
            ("assets.s3.region", &set.region),
            ("assets.s3.access_key_id", &set.access_key_id),
            ("assets.s3.secret_access_key", &set.secret_access_key),
        ];
        if let Some((key, _)) = needed.iter().find(|(_, value)| value.is_empty()) {
            bail!("{key} is empty: assets.s3.bucket needs it");
        }
        let is_address = ["http://", "https://"].iter().any(|scheme| set.endpoint.starts_with(scheme));
        if !set.endpoint.is_empty() && !is_address {
            bail!("assets.s3.endpoint is no address, such as https://s3.example");
        }
        Ok(())
    }

    fn validate_logs(&self) -> anyhow::Result<()> {
        self.logs.format.parse::<Format>().context("logs.format")?;
        check_level(&self.logs.level).context("logs.level")
    }

    fn validate_server(&self) -> anyhow::Result<()> {
        self.listen()?;
        Proxies::parse(&self.server.trusted_proxies).context("server.trusted_proxies")?;
        if let Some(host) = self.server.hosts.iter().find(|host| !is_host(host)) {
            bail!("server.hosts names \"{host}\", which is no host name, such as shop.example");
        }
        let sites =
            self.sites.iter().flat_map(|site| site.origins.iter().map(|origin| ("sites.origins", origin)));
        let cors = self.cors.origins.iter().map(|origin| ("cors.origins", origin));
        let pictures =
            self.storefront.image_origins.iter().map(|origin| ("storefront.image_origins", origin));
        let own = &self.storefront.origin;
        let own = (!own.is_empty()).then_some(("storefront.origin", own));
        for (key, origin) in cors.chain(sites).chain(pictures).chain(own) {
            if !is_origin(origin) {
                bail!("{key} names \"{origin}\", which is no origin, such as https://shop.example");
            }
        }
        Ok(())
    }

    fn validate_addresses(&self) -> anyhow::Result<()> {
        self.log_url()?;
        self.store_url()?;
        for (key, url) in [
            ("database.url", &self.database.url),
            ("catalog.database_url", &self.catalog.database_url),
            ("inventory.database_url", &self.inventory.database_url),
            ("orders.database_url", &self.orders.database_url),
        ] {
            if !url.is_empty() || key == "database.url" {
                Db::check_url(url).with_context(|| format!("{key} = \"{}\"", masked::url(url)))?;
            }
        }
        let token = std::env::var(INTERNAL_TOKEN).ok().filter(|token| !token.is_empty());
        for (key, url) in [("catalog.url", &self.catalog.url), ("inventory.url", &self.inventory.url)] {
            if !url.is_empty() {
                Client::new(url, token.as_deref()).context(key)?;
            }
        }
        let geoip = (!self.geoip.path.is_empty()).then(|| self.geoip.path.clone().into());
        Collector::check(&CollectorOptions { geoip, ..CollectorOptions::default() }).context("geoip.path")
    }

    fn validate_access(&self) -> anyhow::Result<()> {
        let token = &self.access.admin_token;
        if token.is_empty() && !self.server.trusted_proxies.is_empty() {
            bail!(
                "server.trusted_proxies is set without access.admin_token: through a proxy anyone would reach open mode; \
                 set the token as well"
            );
        }
        if !token.is_empty() {
            refuse_weak("access.admin_token", token)?;
        }
        match std::env::var(INTERNAL_TOKEN) {
            Ok(token) if !token.is_empty() => refuse_weak(INTERNAL_TOKEN, &token)?,
            Err(std::env::VarError::NotUnicode(_)) => bail!("{INTERNAL_TOKEN} is no UTF-8 text"),
            _ => {}
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
        let mut dialects: Vec<&str> = compat::letters().chain(report::LETTERS).collect();
        dialects.sort_unstable();
        if let Some(unknown) = self.compat.open.iter().find(|name| !dialects.contains(&name.as_str())) {
            bail!("compat.open names {unknown}: the dialects are {}", dialects.join(", "));
        }
        Ok(())
    }
}

fn refuse_weak(name: &str, secret: &str) -> anyhow::Result<()> {
    match weakness(secret) {
        Some(why) => bail!("{name} {why}; choose one at random: openssl rand -hex 32"),
        None => Ok(()),
    }
}

/// A host name or address, as it stands in a `Host` header, with or without a port.
fn is_host(text: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || "-_.:[]".contains(letter);
    !text.is_empty() && text.chars().all(plain)
}

/// `scheme://host` with or without a port, and nothing behind.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) && is_host(host)
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;

    #[test]
    fn what_cannot_work_is_refused() {
        let check = |text: &str, expected: &str| {
            let message = format!("{:#}", load(text).unwrap_err());
            assert!(message.contains(expected), "{text}: {message}");
        };
        check("[log]\nurl = \"kafka://x/y\"", "this build takes local:PATH");
        check("[server]\nlisten = \"nowhere\"", "no address and port");
        check("[server]\nlisten = \"127.0.0.1\"", "no address and port");
        check("[server]\ntrusted_proxies = [\"10.0.0.0/40\"]", "server.trusted_proxies: ");
        check("[server]\nhosts = [\"https://shop.example\"]", "server.hosts names");
        check("[log]\npartitions = 0", "at least 1");
        check("[log]\npartitions = 65", "at most 64");
        check("[logs]\nformat = \"xml\"", "auto, json or text");
        check("[logs]\nlevel = \"loud\"", "logs.level: \"loud\" is no level: off, error, warn");
        check("[access]\nadmin_token = \"short\"", "at least 16");
        check("[access]\nadmin_token = \"aaaaaaaaaaaaaaaaaaaa\"", "access.admin_token has only 1 different");
        check("[shop]\ncurrency = \"dollars\"", "no ISO 4217 code");
        check("[shop]\ncurrency = \"USX\"", "shop.currency = \"USX\" is no ISO 4217 code");
        check("[shop]\ncurrencies = [\"EUR\", \"EURO\"]", "shop.currencies = \"EURO\" is no ISO 4217 code");
        check("[shop]\ncurrencies = [\"EUR\"]", "shop.currency = \"USD\" is not among shop.currencies");
        check("[compat]\nopen = [\"Z\"]", "compat.open names Z");
        check("[server]\ntrusted_proxies = [\"10.0.0.1\"]", "set the token as well");
        check("[database]\nurl = \"mysql://u:pw@h/d\"", "database.url = \"mysql://u:********@h/d\"");
        check("[database]\nurl = \"\"", "database.url");
        check("[database]\nurl = \"postgres://u:pw@h:port/d\"", "u:********@h");
        check("[orders]\ndatabase_url = \"sqlite:\"", "orders.database_url");
        check("[inventory]\nurl = \"https://host\"", "inventory.url: cannot call");
        check("[catalog]\nurl = \"127.0.0.1:7101\"", "catalog.url: cannot call");
        check("[geoip]\npath = \"/no/such/file.mmdb\"", "geoip.path: ");
        check("[storefront]\norigin = \"https://shop.example/\"", "storefront.origin names");
        check("[cors]\norigins = [\"shop.example\"]", "cors.origins names");
        check("[storefront]\nimage_origins = [\"https://a.example/b\"]", "storefront.image_origins names");
        check("[assets]\nmax_megapixels = 0", "assets.max_megapixels = 0 is too small");
        check("[assets]\nmax_bytes = 200000000", "assets.max_bytes = 200000000 is too much");
        check("[webhooks]\ntimeout_ms = 14001", "webhooks.timeout_ms = 14001 is too much");
        check("[webhooks]\ndisable_after_days = 0", "webhooks.disable_after_days = 0 is too small");
        check("[webhooks]\nca = \"/nowhere.pem\"", "webhooks.ca = /nowhere.pem: ");
        check("[webhooks]\nca = \"Cargo.toml\"", "webhooks.ca = Cargo.toml: it holds no certificate");
        check("[assets]\nworkers = 65", "assets.workers = 65 is too much");
        check("[assets.s3]\nbucket = \"b\"", "assets.s3.access_key_id is empty");
        let keys = "access_key_id = \"k\"\nsecret_access_key = \"s\"";
        let elsewhere = format!("[assets.s3]\nbucket = \"b\"\nendpoint = \"s3.example\"\n{keys}");
        check(&elsewhere, "assets.s3.endpoint is no address");
        check("[assets]\nfolder = \"\"", "assets.folder is empty");
        check("[email]\nurl = \"mail.example\"", "email.url: it ");
        check("[email]\nurl = \"smtps://u:pw@mail.example\"", "email.from is empty");
        check("[email]\nfrom = \"Shop\"", "email.from: Shop is no address");
        check("[email]\nstaff = [\"ann\"]", "email.staff: ann is no address");
        check("[[sites]]\nid = \"a\"\norigins = [\"https://shop.example/\"]", "sites.origins names");
    }
}
