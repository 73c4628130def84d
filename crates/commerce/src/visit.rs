//! The visit that an order belongs to: computed when the request arrives, by the same rules as the collector's, and kept
//! with the order, so that its money counts for that visit however late it is decided. No address is kept.

use std::net::IpAddr;

use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, HeaderName};
use kassa_access::{Addresses, DaySalts, SiteRules, Wish};
use kassa_model::{
    PartitionBy, RouteKey, Timestamp, cookieless_visitor, names_nobody, session_from, visitor_from,
};
use serde::{Deserialize, Serialize};

const SEC_GPC: HeaderName = HeaderName::from_static("sec-gpc");
const DNT: HeaderName = HeaderName::from_static("dnt");
/// Bytes that are kept of a User-Agent, as the collector does.
const AGENT_BYTES_MAX: usize = 1_024;
const HOST_BYTES_MAX: usize = 255;

/// What an order's analytics records say about its visit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Context {
    /// Whose events they are.
    pub site: String,
    /// 63-bit hash of the visitor that the client named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor: Option<i64>,
    /// The customer's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// 63-bit hash of the session that the client named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<i64>,
    /// The cookieless visitor by the salt of the day of receipt; 0 where the client named a visitor beside the user (ADR 11).
    pub visitor_today: i64,
    /// The cookieless visitor by the salt of the day before; 0 likewise.
    pub visitor_yesterday: i64,
    /// What its records are routed by: the same partition as the rest of the visit.
    pub route_key: u64,
    /// Host of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Path of the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The User-Agent, cut to 1,024 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// When the order's request arrived, µs.
    pub received_at: Timestamp,
    /// The visitor asked for privacy.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// The language in which the shop was read, and the customer is written to, such as `de`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A request for an order, as far as its visit goes.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// Whose events they are.
    pub site: &'a str,
    /// The client's address: hashed, not kept.
    pub address: IpAddr,
    /// Its headers: the agent, and the wish for privacy.
    pub headers: &'a HeaderMap,
    /// The day's secrets; `None`: visitors without a name are told apart by nothing.
    pub salts: Option<&'a DaySalts>,
    /// What the site says of its pages; `None`: nothing in particular.
    pub rules: Option<&'a SiteRules>,
    /// When it arrived.
    pub received_at: Timestamp,
}

impl Context {
    /// The context of an order that arrives by `visit` and says `said` about itself.
    pub fn new(visit: &Visit<'_>, said: &ContextBody) -> Self {
        let site = visit.site;
        let agent = visit.headers.get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
        let agent = agent.map(|agent| cut(&agent, AGENT_BYTES_MAX).replace('\0', "\u{fffd}"));
        let private = is_one(visit.headers, &SEC_GPC) || is_one(visit.headers, &DNT);
        let named = |text: &Option<String>| text.clone().filter(|text| !names_nobody(text) && !private);
        let user = named(&said.user_id);
        let anonymous = named(&said.anonymous_id);
        let names_browser = anonymous.is_some();
        let visitor = anonymous.or_else(|| user.clone());
        let visitor = visitor.map(|name| visitor_from(site, &name));
        let session = named(&said.session_id).map(|name| session_from(site, &name));
        let (plain, wish) = (SiteRules::default(), if private { Wish::Privacy } else { Wish::None });
        let addresses = Addresses::new(visit.rules.unwrap_or(&plain), wish);
        let (host, path) = said.page.as_deref().map(|url| page(url, &addresses)).unwrap_or_default();
        let mut context = Self {
            site: site.to_owned(),
            visitor,
            user,
            session,
            host,
            path,
            received_at: visit.received_at,
            private,
            language: said.language.clone(),
            ..Self::default()
        };
        if let Some(visitor) = visitor {
            context.route_key = visitor.unsigned_abs();
        }
        if !names_browser {
            context.add_hashes(visit, agent.as_deref().unwrap_or_default());
        }
        Self { agent, ..context }
    }

    fn add_hashes(&mut self, visit: &Visit<'_>, agent: &str) {
        let Some(salts) = visit.salts else { return };
        let bytes = match visit.address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        self.visitor_today = cookieless_visitor(&salts.today, visit.site, &bytes, agent);
        self.visitor_yesterday = cookieless_visitor(&salts.yesterday, visit.site, &bytes, agent);
        if self.visitor.is_none() {
            self.route_key = RouteKey::cookieless(&salts.weekly, visit.site, &bytes, agent).0;
        }
    }

    /// The same visit, of nobody: only whose shop it was and when. Its records are routed `by` that.
    #[must_use]
    pub(crate) fn emptied(&self, by: PartitionBy) -> Self {
        let (site, received_at) = (self.site.clone(), self.received_at);
        Self { site, received_at, private: true, ..Self::default() }.routed(by)
    }

    /// The same, its records in the partition of the events that they belong to.
    #[must_use]
    pub fn routed(mut self, by: PartitionBy) -> Self {
        self.route_key = by.key(&self.site, || RouteKey(self.route_key)).0;
        self
    }
}

fn is_one(headers: &HeaderMap, name: &HeaderName) -> bool {
    headers.get(name).is_some_and(|value| value.as_bytes().trim_ascii() == b"1")
}

/// Host and page of an address, or the page alone of one without a host, as the collector has it of an event.
fn page(url: &str, addresses: &Addresses<'_>) -> (Option<String>, Option<String>) {
    let Some((_, rest)) = url.split_once("://") else {
        return (None, Some(addresses.page(url, None, None)));
    };
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = Some(host_of(authority)).filter(|host| !host.is_empty());
    let (path, fragment) = rest.split_once('#').map_or((rest, None), |(path, route)| (path, Some(route)));
    let host = host.map(|host| cut(&host, HOST_BYTES_MAX).to_owned());
    (host, Some(addresses.page(path, None, fragment)))
}

fn host_of(authority: &str) -> String {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    host.to_ascii_lowercase()
}

/// The longest beginning of `text` that has at most `bytes` bytes.
fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// What an order says about its visit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextBody {
    /// The visitor's id, as the tracker sends it.
    pub anonymous_id: Option<String>,
    /// The customer's id.
    pub user_id: Option<String>,
    /// The session's id, as the tracker sends it.
    pub session_id: Option<String>,
    /// The page's address.
    pub page: Option<String>,
    /// The language in which the shop is read. It says nothing of the visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl ContextBody {
    /// Whether it says of which visit an order is.
    pub(crate) fn names_a_visit(&self) -> bool {
        let named = [&self.anonymous_id, &self.user_id, &self.session_id, &self.page];
        named.iter().any(|said| said.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kassa_model::Salt;

    #[test]
    fn takes_pages_apart() {
        let rules = serde_json::from_str(r#"{"keep_query":["id"],"hash_routes":true}"#).unwrap();
        let rules = SiteRules::new(&rules, &[]).unwrap();
        let check = |url: &str, host: Option<&str>, path: &str| {
            let found = page(url, &Addresses::new(&rules, Wish::None));
            assert_eq!(found, (host.map(str::to_owned), Some(path.to_owned())), "{url}");
        };
        check("https://Shop.test:8080/cart?x=1#y", Some("shop.test"), "/cart");
        check("https://shop.test", Some("shop.test"), "/");
        check("/checkout?step=2", None, "/checkout");
        check("", None, "/");
        // One page is one row, and what is secret of it is nowhere.
        check("https://u:p@shop.test/caf%c3%a9//?token=1&id=5", Some("shop.test"), "/café?id=5");
        check("/verify/ann@example.com/", None, "/verify/(email)");
        check("https://shop.test/#/cart", Some("shop.test"), "/#/cart");
    }

    #[test]
    fn names_visitors_as_the_collector_does() {
        let salts =
            DaySalts { day: 1, today: Salt([1; 16]), yesterday: Salt([2; 16]), weekly: Salt([3; 16]) };
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, "Firefox".parse().unwrap());
        let context = |headers: &HeaderMap, said: &ContextBody| {
            let received_at = Timestamp::from_micros(5);
            let address = "9.9.9.9".parse().unwrap();
            let (salts, rules) = (Some(&salts), None);
            Context::new(&Visit { site: "s", address, headers, salts, rules, received_at }, said)
        };
        let said = ContextBody {
            anonymous_id: Some("a1".to_owned()),
            session_id: Some("s1".to_owned()),
            user_id: Some("u1".to_owned()),
            page: Some("/cart".to_owned()),
            language: Some("de".to_owned()),
        };
        let named = context(&headers, &said);
        assert_eq!(named.visitor, Some(visitor_from("s", "a1")));
        assert_eq!(named.session, Some(session_from("s", "s1")));
        assert_eq!(named.user.as_deref(), Some("u1"));
        assert_eq!(named.route_key, visitor_from("s", "a1").unsigned_abs());
        assert_eq!((named.visitor_today, named.visitor_yesterday), (0, 0));
        let nameless = context(&headers, &ContextBody::default());
        assert_eq!(nameless.visitor, None);
        let hash = |salt| cookieless_visitor(salt, "s", &[9, 9, 9, 9], "Firefox");
        assert_eq!(nameless.visitor_today, hash(&salts.today));
        assert_eq!(nameless.visitor_yesterday, hash(&salts.yesterday));
        assert!(nameless.route_key < 1_024);
        let nobody = ContextBody {
            anonymous_id: Some("undefined".to_owned()),
            session_id: Some("null".to_owned()),
            user_id: Some("Guest".to_owned()),
            ..ContextBody::default()
        };
        assert!(
            nobody.names_a_visit()
                && !ContextBody { language: said.language.clone(), ..ContextBody::default() }.names_a_visit()
        );
        let nobody = context(&headers, &nobody);
        assert_eq!((nobody.visitor, nobody.user, nobody.session), (None, None, None));
        assert_eq!(nobody.visitor_today, nameless.visitor_today);
        let user = ContextBody { anonymous_id: None, ..said.clone() };
        let of_user = context(&headers, &user);
        assert_eq!(
            (of_user.visitor, of_user.visitor_today),
            (Some(visitor_from("s", "u1")), nameless.visitor_today)
        );
        let other = nameless.clone().routed(PartitionBy::Site);
        assert_eq!(named.clone().routed(PartitionBy::Site).route_key, other.route_key);
        assert_eq!(named.clone().routed(PartitionBy::Visitor), named);
        headers.insert(SEC_GPC, "1".parse().unwrap());
        let private = context(&headers, &said);
        assert_eq!((private.visitor, private.user.clone(), private.session), (None, None, None));
        assert_eq!(private.language.as_deref(), Some("de"));
        let kept = serde_json::to_string(&private).unwrap();
        assert_eq!((private.private, serde_json::from_str::<Context>(&kept).unwrap()), (true, private));
        let text = serde_json::to_string(&named).unwrap();
        assert_eq!(serde_json::from_str::<Context>(&text).unwrap(), named);
    }
}
