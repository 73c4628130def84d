//! Access as configured.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::RuleOptions;

/// Sites, keys and the admin token.
#[derive(Clone)]
pub struct Options {
    /// The token that may do everything; empty: none. Required beyond loopback.
    pub admin_token: String,
    /// The keys that programs read with.
    pub secret_keys: Vec<SecretKeyOptions>,
    /// The sites.
    pub sites: Vec<SiteOptions>,
    /// The site of events that name none and bring no key.
    pub shop_site: String,
    /// Old dialects (`A` to `E`) that need no key in closed mode.
    pub compat_open: Vec<String>,
    /// Requests a second that an address may make of these without a key, and how many at once; `None`: any number.
    pub compat_limit: Option<(NonZeroU32, NonZeroU32)>,
    /// `KASSA_INTERNAL_TOKEN`: what roles show each other; empty: internal routes refuse everyone.
    pub internal_token: String,
    /// The token of this start that the data folder's owner can read, for commands beside the running process: it may
    /// do everything; empty: none.
    pub local_token: String,
}

/// A secret key, known by its hash only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SecretKeyOptions {
    /// What it is called in logs.
    pub name: String,
    /// SHA-256 of the key, 64 hexadecimal digits.
    pub sha256: String,
    /// The only site it may read; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
}

/// A site.
#[derive(Debug, Clone)]
pub struct SiteOptions {
    /// 1 to 255 bytes.
    pub id: String,
    /// Public keys that name the site.
    pub write_keys: Vec<String>,
    /// Whether events need no key in closed mode.
    pub allow_keyless: bool,
    /// IANA name of the zone whose days its reports have.
    pub timezone: String,
    /// Origins of its pages.
    pub origins: Vec<String>,
    /// How long its events are kept, days; 0: for ever.
    pub keep_days: u32,
    /// Its pages, sources and addresses.
    pub rules: RuleOptions,
    /// Whether nobody has written it down: then what is set of it at run time goes over it.
    pub is_preset: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            admin_token: String::new(),
            secret_keys: Vec::new(),
            sites: Vec::new(),
            shop_site: "default".to_owned(),
            compat_open: Vec::new(),
            compat_limit: None,
            internal_token: String::new(),
            local_token: String::new(),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("admin_token", &if self.admin_token.is_empty() { "" } else { "***" })
            .field("secret_keys", &self.secret_keys.len())
            .field("sites", &self.sites)
            .field("shop_site", &self.shop_site)
            .field("compat_open", &self.compat_open)
            .finish_non_exhaustive()
    }
}
