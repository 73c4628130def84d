//! `GET /v1/admin/settings`: what of the configuration an owner asks after, with its key, and where it was set; it is changed there, and
//! holds from the next start on. What is changed while kassa runs has routes of its own: `PUT /v1/storefront`, `PUT /v1/admin/staff`.
//!
//! ```json
//! {"file":"/etc/kassa.toml","shop_file":"/etc/shop.toml","settings":[{"key":"shop.currency","value":"EUR","source":"file"},…]}
//! ```

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use kassa_service::{Bare, Problem};
use serde::Serialize;
use serde_json::Value;

use crate::config::{Config, SHOP_FILE, Source};
use crate::open::Parts;

/// The keys that are shown, in this order.
const SHOWN: &[&str] = &[
    "shop.site",
    "shop.currency",
    "shop.currencies",
    "shop.low_stock_at",
    "storefront.origin",
    "storefront.image_origins",
    "email.url",
    "email.from",
    "email.staff",
    "assets.folder",
    "assets.s3.bucket",
    "assets.max_bytes",
    "orders.quantity_max",
    "orders.order_quantity_max",
    "orders.keep_failed_days",
    "log.keep_hours",
    "dedupe.window_hours",
    "audit.every_s",
    "webhooks.disable_after_days",
    "geoip.path",
    "cors.origins",
    "compat.open",
    "chaos.allowed",
    "server.listen",
    "server.trusted_proxies",
];

#[derive(Debug, Serialize)]
struct Settings {
    /// Null without one.
    file: Option<String>,
    /// Where what is said of the shop has its defaults.
    shop_file: String,
    settings: Vec<Setting>,
}

#[derive(Debug, Serialize)]
struct Setting {
    key: &'static str,
    value: Value,
    source: Source,
}

/// The route.
pub(super) fn routes(parts: &Parts) -> Router {
    Router::new().route("/v1/admin/settings", get(get_settings)).with_state(Arc::new(parts.config.clone()))
}

async fn get_settings(State(config): State<Arc<Config>>, _: Bare) -> Result<Json<Settings>, Problem> {
    settings(&config).map(Json).map_err(|error| {
        tracing::error!(error = format!("{error:#}"), "the configuration cannot be shown");
        Problem::internal()
    })
}

fn settings(config: &Config) -> anyhow::Result<Settings> {
    let shown: Value = serde_json::to_value(config.masked()?.parse::<toml::Table>()?)?;
    let value = |key: &str| shown.pointer(&format!("/{}", key.replace('.', "/"))).cloned();
    let setting = |key: &&'static str| Setting {
        key,
        value: value(key).unwrap_or_default(),
        source: config.origin.source(key),
    };
    let file = config.origin.file();
    let beside = file.and_then(Path::parent).unwrap_or(&config.data);
    Ok(Settings {
        file: file.map(|file| file.display().to_string()),
        shop_file: beside.join(SHOP_FILE).display().to_string(),
        settings: SHOWN.iter().map(setting).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Overrides;

    #[test]
    fn every_key_that_is_shown_is_one_and_no_secret_is_in_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            file.path(),
            "[email]\nurl = \"smtps://shop:very-secret@mail.example\"\nfrom = \"shop@shop.example\"\n[shop]\ncurrency = \"EUR\"",
        )
        .unwrap();
        let config = Config::load(Some(file.path()), &Overrides::default()).unwrap();
        let found = settings(&config).unwrap();
        for setting in &found.settings {
            assert!(!setting.value.is_null(), "{} is no key", setting.key);
        }
        let of = |key: &str| found.settings.iter().find(|setting| setting.key == key).unwrap();
        assert_eq!((&of("shop.currency").value, of("shop.currency").source), (&"EUR".into(), Source::File));
        assert_eq!(of("email.url").value, "smtps://shop:********@mail.example");
        assert_eq!(of("shop.site").source, Source::Default);
        assert!(!serde_json::to_string(&found).unwrap().contains("very-secret"));
        assert!(found.shop_file.ends_with("/shop.toml"), "{}", found.shop_file);
    }
}
