//! What a site says about its pages, where its visits come from, and whose visits they are. The collector goes by it: these
//! rules need what is not stored (addresses, whole query strings), so they are applied before an event is written down.
//!
//! ```toml
//! trailing_slash = "drop"
//! hash_routes = false
//! keep_query = ["id"]
//! ignore_referrers = ["pay.example"]
//! labels = { "192.0.2.0/24" = "office" }
//! exclude_addresses = ["198.51.100.7"]
//! ```

use std::collections::BTreeMap;
use std::net::IpAddr;

use kassa_service::Network;
use serde::{Deserialize, Serialize};

/// The most entries of each list.
const ENTRIES_MAX: usize = 100;
/// The most bytes of a parameter's name, a host or a label.
const TEXT_BYTES_MAX: usize = 255;
/// The most bytes of a label.
const LABEL_BYTES_MAX: usize = 64;

/// The rules as they are written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RuleOptions {
    /// What becomes of a slash at the end of a path.
    pub trailing_slash: TrailingSlash,
    /// Whether a fragment that begins with `#/` or `#!/` names a page.
    pub hash_routes: bool,
    /// Parameters of the query that are part of the page, and whose values are kept.
    pub keep_query: Vec<String>,
    /// Hosts, with all below them, that are no source.
    pub ignore_referrers: Vec<String>,
    /// Words for addresses and networks.
    pub labels: BTreeMap<String, String>,
    /// Addresses and networks whose events are not kept.
    pub exclude_addresses: Vec<String>,
}

/// What becomes of a slash at the end of a path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrailingSlash {
    /// `/shop/` is the page `/shop`.
    #[default]
    Drop,
    /// They are two pages.
    Keep,
}

/// The rules of a site, ready to be applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteRules {
    options: RuleOptions,
    /// Hosts of the site's origins, in lower case and without `www.`.
    own_hosts: Vec<String>,
    labels: Vec<(Network, String)>,
    excluded: Vec<Network>,
}

/// A rule that cannot be applied, in words for its owner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RuleError(String);

impl SiteRules {
    /// From what is written down and the site's origins.
    ///
    /// # Errors
    /// [`RuleError`] names the first entry that cannot be used.
    pub fn new(options: &RuleOptions, origins: &[String]) -> Result<Self, RuleError> {
        let mut options = options.clone();
        options.ignore_referrers = options.ignore_referrers.iter().map(|host| bare_host(host)).collect();
        check_texts("keep_query", &options.keep_query)?;
        check_texts("ignore_referrers", &options.ignore_referrers)?;
        if options.labels.len() > ENTRIES_MAX || options.exclude_addresses.len() > ENTRIES_MAX {
            return Err(RuleError(format!("labels and exclude_addresses have at most {ENTRIES_MAX} each")));
        }
        let mut labels = Vec::new();
        for (text, word) in &options.labels {
            if word.is_empty() || word.len() > LABEL_BYTES_MAX || word.chars().any(char::is_control) {
                return Err(RuleError(format!("the label of {text} has 1 to {LABEL_BYTES_MAX} bytes")));
            }
            labels.push((network("labels", text)?, word.clone()));
        }
        // The narrowest network that holds an address has the word.
        labels.sort_by_key(|(network, _)| std::cmp::Reverse(network.prefix()));
        let excluded = options.exclude_addresses.iter().map(|text| network("exclude_addresses", text));
        let excluded = excluded.collect::<Result<_, _>>()?;
        let own_hosts = origins.iter().map(|origin| bare_host(origin)).collect();
        Ok(Self { options, own_hosts, labels, excluded })
    }

    /// The rules as they are written down.
    pub fn options(&self) -> &RuleOptions {
        &self.options
    }

    /// Whether the parameter's value is kept.
    pub fn keeps(&self, parameter: &str) -> bool {
        self.options.keep_query.iter().any(|kept| kept == parameter)
    }

    /// Whether `host` (in lower case, without `www.`) is one of the site's own, those of its origins.
    pub fn owns(&self, host: &str) -> bool {
        self.own_hosts.iter().any(|own| own == host)
    }

    /// Whether a referrer on `host` is no source: one of the site's own hosts, or one that it ignores.
    pub fn ignores(&self, host: &str) -> bool {
        let below = |known: &String| {
            host.strip_suffix(known.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.owns(host) || self.options.ignore_referrers.iter().any(below)
    }

    /// The word for `address`: that of the narrowest network that holds it.
    pub fn label(&self, address: IpAddr) -> Option<&str> {
        self.labels.iter().find(|(network, _)| network.holds(address)).map(|(_, word)| word.as_str())
    }

    /// Whether events from `address` are not kept.
    pub fn excludes(&self, address: IpAddr) -> bool {
        self.excluded.iter().any(|network| network.holds(address))
    }
}

fn network(list: &str, text: &str) -> Result<Network, RuleError> {
    text.parse().map_err(|error| RuleError(format!("{list}: {error}")))
}

/// The host of an origin or of a host's name: lower case, without scheme, port, path and `www.`.
fn bare_host(text: &str) -> String {
    let lower = text.trim().to_ascii_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    let host = rest.split('/').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    // `*.pay.example` says what a host means anyway: it and all below it.
    let host = host.trim_start_matches("*.");
    host.strip_prefix("www.").unwrap_or(host).trim_end_matches('.').to_owned()
}

fn check_texts(list: &str, texts: &[String]) -> Result<(), RuleError> {
    if texts.len() > ENTRIES_MAX {
        return Err(RuleError(format!("{list} has more than {ENTRIES_MAX} entries")));
    }
    let usable = |text: &&String| {
        (1..=TEXT_BYTES_MAX).contains(&text.len())
            && !text.contains(|letter: char| letter.is_control() || letter.is_whitespace())
    };
    match texts.iter().find(|text| !usable(text)) {
        Some(text) => Err(RuleError(format!("{list} names {text:?}, which it cannot have"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(json: &str) -> Result<SiteRules, RuleError> {
        let options: RuleOptions = serde_json::from_str(json).unwrap();
        SiteRules::new(&options, &["https://www.Shop.example:8443".to_owned()])
    }

    #[test]
    fn ignores_own_hosts_and_those_that_are_named() {
        let rules =
            rules(r#"{"ignore_referrers":["https://www.Pay.example/x","id.test","*.bank.test"]}"#).unwrap();
        let check = |host: &str, expected: bool| assert_eq!(rules.ignores(host), expected, "{host}");
        check("shop.example", true);
        check("blog.shop.example", false);
        check("pay.example", true);
        check("eu.pay.example", true);
        check("notpay.example", false);
        check("id.test", true);
        check("bank.test", true);
        check("3ds.bank.test", true);
        check("", false);
    }

    #[test]
    fn the_narrowest_network_names_an_address() {
        let rules = rules(
            r#"{"labels":{"10.0.0.0/8":"network","10.1.0.0/16":"office","2001:db8::/32":"six"},
                "exclude_addresses":["198.51.100.7","2001:db8:1::/48"]}"#,
        )
        .unwrap();
        let label = |address: &str| rules.label(address.parse().unwrap()).map(str::to_owned);
        assert_eq!(label("10.1.2.3").as_deref(), Some("office"));
        assert_eq!(label("::ffff:10.2.2.3").as_deref(), Some("network"));
        assert_eq!(label("2001:db8::7").as_deref(), Some("six"));
        assert_eq!(label("192.0.2.1"), None);
        let excluded = |address: &str| rules.excludes(address.parse().unwrap());
        assert!(excluded("198.51.100.7") && excluded("2001:db8:1::9"));
        assert!(!excluded("198.51.100.8") && !excluded("2001:db8:2::9"));
    }

    #[test]
    fn refuses_what_cannot_be_applied() {
        let check = |json: &str, expected: &str| {
            let error = rules(json).unwrap_err().to_string();
            assert!(error.contains(expected), "{json}: {error}");
        };
        check(r#"{"labels":{"office":"x"}}"#, "labels: office is no address");
        check(r#"{"labels":{"10.0.0.1":""}}"#, "the label of 10.0.0.1");
        check(r#"{"exclude_addresses":["10.0.0.0/33"]}"#, "exclude_addresses: 10.0.0.0/33");
        check(r#"{"keep_query":["a b"]}"#, "keep_query names");
        check(r#"{"ignore_referrers":[""]}"#, "ignore_referrers names");
        assert!(serde_json::from_str::<RuleOptions>(r#"{"trailing_slash":"cut"}"#).is_err());
        let kept = rules(r#"{"keep_query":["id"],"trailing_slash":"keep"}"#).unwrap();
        assert!(kept.keeps("id") && !kept.keeps("ID"));
        assert_eq!(kept.options().trailing_slash, TrailingSlash::Keep);
    }
}
