//! A site that the configuration has. What each key means stands in `config/default.toml`.

use std::collections::BTreeMap;

use kassa_access::{RuleOptions, TrailingSlash};
use serde::{Deserialize, Serialize};

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
    #[serde(default)]
    pub(crate) keep_days: u32,
    #[serde(default)]
    pub(crate) trailing_slash: TrailingSlash,
    #[serde(default)]
    pub(crate) hash_routes: bool,
    #[serde(default)]
    pub(crate) keep_query: Vec<String>,
    #[serde(default)]
    pub(crate) ignore_referrers: Vec<String>,
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) exclude_addresses: Vec<String>,
}

impl Site {
    /// What it says about its pages, sources and addresses.
    pub(crate) fn rules(&self) -> RuleOptions {
        RuleOptions {
            trailing_slash: self.trailing_slash,
            hash_routes: self.hash_routes,
            keep_query: self.keep_query.clone(),
            ignore_referrers: self.ignore_referrers.clone(),
            labels: self.labels.clone(),
            exclude_addresses: self.exclude_addresses.clone(),
        }
    }
}

fn utc() -> String {
    "UTC".to_owned()
}
