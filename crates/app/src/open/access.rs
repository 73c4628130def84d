//! Who may do what, from the configuration.

use std::num::NonZeroU32;

use kassa_access::{Mode, SiteOptions};

use crate::config::{Config, INTERNAL_TOKEN, Source};
use crate::roles::{Role, Roles};

/// Who may do what, by the configuration; refuses to listen beyond loopback unprotected.
pub(crate) fn options(config: &Config) -> anyhow::Result<kassa_access::Options> {
    let sites = config.sites.iter().map(|site| SiteOptions {
        id: site.id.clone(),
        write_keys: site.write_keys.clone(),
        allow_keyless: site.allow_keyless,
        timezone: site.timezone.clone(),
        origins: site.origins.clone(),
        keep_days: site.keep_days,
        rules: site.rules(),
        is_preset: config.origin.source("sites") == Source::Default,
    });
    let options = kassa_access::Options {
        admin_token: config.access.admin_token.clone(),
        secret_keys: config.access.secret_keys.clone(),
        sites: sites.collect(),
        shop_site: config.shop.site.clone(),
        compat_open: config.compat.open.clone(),
        compat_limit: NonZeroU32::new(config.compat.rate_per_second)
            .zip(NonZeroU32::new(config.compat.burst)),
        internal_token: std::env::var(INTERNAL_TOKEN).unwrap_or_default(),
        ..kassa_access::Options::default()
    };
    Mode::decide(&[config.listen()?], &options)?;
    Ok(options)
}

/// Roles that ask each other over HTTP know each other by a token: without it everything would be refused, and orders would
/// be accepted and never decided.
pub(crate) fn check_internal_token(config: &Config, roles: &Roles, token: &str) -> anyhow::Result<()> {
    let asks = [
        ("catalog.url", &config.catalog.url, roles.has(Role::Orders)),
        ("inventory.url", &config.inventory.url, roles.has(Role::Orders) || roles.has(Role::Catalog)),
    ];
    let named = asks.iter().find(|(_, url, asks)| *asks && !url.is_empty()).map(|(key, _, _)| *key);
    let is_asked = (roles.has(Role::Catalog) || roles.has(Role::Inventory)) && !roles.has(Role::Orders);
    let why = match named {
        _ if !token.is_empty() => return Ok(()),
        Some(key) => format!("{key} is set"),
        None if is_asked => format!("{} run without orders", roles.names()),
        None => return Ok(()),
    };
    anyhow::bail!(
        "{why}, and KASSA_INTERNAL_TOKEN is not: roles in several processes know each other by it; \
         set it to the same long random text for each of them"
    )
}
