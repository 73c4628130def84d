//! A site: one shop's events, reports and keys.

use jiff::tz::TimeZone;
use kassa_model::Timestamp;

use crate::{Error, SiteOptions, SiteRules};

/// Bytes of a site's id.
pub(crate) const ID_BYTES_MAX: usize = 255;

/// A site as roles see it.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its id, 1 to 255 bytes.
    pub id: String,
    /// Whether events need no key in closed mode.
    pub allow_keyless: bool,
    /// The zone whose days its reports have.
    pub timezone: TimeZone,
    /// Origins of its pages, for the storefront's class.
    pub origins: Vec<String>,
    /// How long its events are kept, days; 0: for ever.
    pub keep_days: u32,
    /// What it says about its pages, sources and addresses.
    pub rules: SiteRules,
    pub(crate) write_keys: Vec<WriteKey>,
    pub(crate) source: Source,
    /// How often it was written down, from 1; 0 where the configuration alone changes it.
    pub(crate) version: i64,
}

/// Where a site or a key is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// In the configuration, which alone changes it.
    Configuration,
    /// In the database, or the data folder's list of sites.
    Created,
    /// In the configuration that is built in: it is there until somebody sets something of it.
    Preset,
}

impl Source {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Configuration | Self::Preset => "configuration",
            Self::Created => "created",
        }
    }
}

/// A public key that names a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WriteKey {
    pub(crate) key: String,
    /// `None`: it stands in the configuration.
    pub(crate) created_at: Option<Timestamp>,
}

/// No such site or key, or they disagree, or a key is needed: reason `unknown_site`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such site or write key")]
pub struct UnknownSite;

impl Site {
    /// A public key by which its events come, if it has one.
    pub fn write_key(&self) -> Option<&str> {
        self.write_keys.first().map(|known| known.key.as_str())
    }

    /// A site with no keys, in UTC.
    pub(crate) fn plain(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            allow_keyless: false,
            timezone: TimeZone::UTC,
            origins: Vec::new(),
            keep_days: 0,
            rules: SiteRules::default(),
            write_keys: Vec::new(),
            source: Source::Created,
            version: 1,
        }
    }

    pub(crate) fn from_options(options: &SiteOptions) -> Result<Self, Error> {
        if !is_id(&options.id) {
            return Err(Error::SiteId(options.id.chars().take(64).collect()));
        }
        let timezone = TimeZone::get(&options.timezone)
            .map_err(|_| Error::TimeZone { site: options.id.clone(), timezone: options.timezone.clone() })?;
        let rules = SiteRules::new(&options.rules, &options.origins)
            .map_err(|why| Error::Rules { site: options.id.clone(), why })?;
        let keys = options.write_keys.iter().filter(|key| !key.is_empty());
        Ok(Self {
            id: options.id.clone(),
            allow_keyless: options.allow_keyless,
            timezone,
            origins: options.origins.clone(),
            keep_days: options.keep_days,
            rules,
            write_keys: keys.map(|key| WriteKey { key: key.clone(), created_at: None }).collect(),
            source: if options.is_preset { Source::Preset } else { Source::Configuration },
            version: i64::from(options.is_preset),
        })
    }
}

/// Whether `text` can be a site's id.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= ID_BYTES_MAX && !text.contains('\0')
}
