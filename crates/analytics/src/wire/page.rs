//! A page's address: host, path and campaign of an absolute URL. Lenient, as browsers' addresses are taken as they are.

use std::borrow::Cow;

use kassa_access::campaign_word;
use kassa_model::Event;

use super::limits::{PATH_BYTES_MAX, TEXT_BYTES_MAX};
use super::text::cut;

/// The parts of an `http` or `https` address.
#[derive(Debug, PartialEq)]
pub(crate) struct Page<'a> {
    /// The host in lower case, without port and user.
    pub(crate) host: Option<Cow<'a, str>>,
    /// The path; `/` when there is none.
    pub(crate) path: &'a str,
    /// The query without its question mark.
    pub(crate) query: Option<&'a str>,
    /// The fragment without its sign.
    pub(crate) fragment: Option<&'a str>,
    /// Nothing of the address is lost when only host and path are kept.
    pub(crate) whole: bool,
}

/// Takes an absolute address apart; `None` for anything else, a bare path among them.
pub(crate) fn absolute(url: &str) -> Option<Page<'_>> {
    let scheme_end = url.find("://")?;
    let scheme = &url[..scheme_end];
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let rest = &url[scheme_end + 3..];
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(authority_end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    // A final dot only says that the name is whole (RFC 1034, section 3.1).
    let host = match host.strip_suffix('.').unwrap_or(host) {
        "" => None,
        host if host.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Some(Cow::Owned(host.to_ascii_lowercase()))
        }
        host => Some(Cow::Borrowed(host)),
    };
    let path_end = tail.find(['?', '#']).unwrap_or(tail.len());
    let (path, extra) = tail.split_at(path_end);
    let query = extra.strip_prefix('?').map(|query| query.split('#').next().unwrap_or(query));
    let fragment = extra.split_once('#').map(|(_, fragment)| fragment);
    let path = if path.is_empty() { "/" } else { path };
    Some(Page { host, path, query, fragment, whole: extra.is_empty() })
}

/// Sets host and path of `event` where they are not set yet.
pub(crate) fn place(event: &mut Event, page: &Page<'_>) {
    if event.host.is_none() {
        event.host = page.host.as_ref().map(|host| cut(host, TEXT_BYTES_MAX).to_owned());
    }
    if event.path.is_none() {
        event.path = Some(cut(page.path, PATH_BYTES_MAX).to_owned());
    }
}

/// Parameters that count as `utm_source` where there is none, in this order.
const SOURCES: [&str; 2] = ["ref", "source"];

/// Parameters that name a click: whose they are, and whether it was paid for. (As of 2026-11-28, from the makers' manuals.)
const CLICKS: [(&str, &str, Option<&str>); 13] = [
    ("gclid", "google", Some("cpc")),
    ("gbraid", "google", Some("cpc")),
    ("wbraid", "google", Some("cpc")),
    ("dclid", "google", Some("display")),
    ("msclkid", "bing", Some("cpc")),
    ("yclid", "yandex", Some("cpc")),
    ("ttclid", "tiktok", Some("cpc")),
    ("twclid", "twitter", Some("cpc")),
    ("li_fat_id", "linkedin", Some("cpc")),
    ("rdt_cid", "reddit", Some("cpc")),
    ("ScCid", "snapchat", Some("cpc")),
    ("epik", "pinterest", Some("cpc")),
    // On every link that leaves Facebook or Instagram, paid for or not.
    ("fbclid", "facebook", None),
];

/// The parameters that name the columns of a campaign.
const COLUMNS: [&str; 5] = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];

/// What a query says of a campaign: names and values of the parameters that tell of one, in their order.
#[derive(Debug)]
pub(crate) struct Campaign<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Campaign<'a> {
    /// Reads the query once, however many names are looked for. Who copies a link from a page's source has `&amp;` in it.
    pub(crate) fn of(query: &'a str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.filter_map(|pair| pair.trim_start_matches("amp;").split_once('='));
        Self(pairs.filter(|(name, value)| !value.is_empty() && tells_campaign(name)).collect())
    }

    /// Sets the campaign columns from the `utm_*`, where they are not set yet.
    pub(crate) fn put_columns(&self, event: &mut Event) {
        for (name, column) in COLUMNS.into_iter().zip(campaign_columns(event)) {
            if column.is_none() {
                *column = self.word(name);
            }
        }
    }

    /// Without a `utm_source`, `ref` or `source` stands in for it.
    pub(crate) fn put_stand_in(&self, event: &mut Event) {
        for name in SOURCES {
            if event.utm_source.is_none() {
                event.utm_source = self.word(name);
            }
        }
    }

    /// Sets source and medium from the parameter that names a click, where they are not set yet. What says nothing of money
    /// says less than a referrer does.
    pub(crate) fn put_click(&self, event: &mut Event) {
        let clicked = |known: &&(&str, &str, Option<&str>)| self.values(known.0).next().is_some();
        let Some((_, source, medium)) = CLICKS.iter().find(clicked) else { return };
        if event.utm_source.is_none() && (medium.is_some() || event.referrer.is_none()) {
            event.utm_source = Some((*source).to_owned());
        }
        if event.utm_medium.is_none() {
            event.utm_medium = medium.map(str::to_owned);
        }
    }

    /// The first value of a parameter that may be kept.
    fn word(&self, name: &str) -> Option<String> {
        self.values(name).find_map(|value| {
            let value = decoded(value);
            campaign_word(&value).map(|word| cut(&word, TEXT_BYTES_MAX).to_owned())
        })
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// The columns of an event's campaign, in the order of [`COLUMNS`].
pub(crate) fn campaign_columns(event: &mut Event) -> [&mut Option<String>; 5] {
    [
        &mut event.utm_source,
        &mut event.utm_medium,
        &mut event.utm_campaign,
        &mut event.utm_term,
        &mut event.utm_content,
    ]
}

fn tells_campaign(name: &str) -> bool {
    let clicks = CLICKS.iter().map(|(click, ..)| *click);
    COLUMNS.into_iter().chain(SOURCES).chain(clicks).any(|known| known.eq_ignore_ascii_case(name))
}

/// A query value, percent-decoded; what is no text becomes U+FFFD.
pub(crate) fn decoded(value: &str) -> Cow<'_, str> {
    if !value.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(value);
    }
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let hex = bytes.get(place + 1..place + 3).and_then(|hex| {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            Some(digit(hex[0])? * 16 + digit(hex[1])?)
        });
        match (byte, hex) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                place += 3;
                continue;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(*byte),
        }
        place += 1;
    }
    Cow::Owned(String::from_utf8_lossy(&out).replace('\0', "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_addresses_apart() {
        let check = |url: &str, host: Option<&str>, path: &str, query: Option<&str>| {
            let page = absolute(url).unwrap();
            assert_eq!((page.host.as_deref(), page.path, page.query), (host, path, query), "{url}");
        };
        check("https://Shop.test/a/b?x=1#y", Some("shop.test"), "/a/b", Some("x=1"));
        check("http://shop.test:8080", Some("shop.test"), "/", None);
        check("http://Shop.test.:8080/a", Some("shop.test"), "/a", None);
        check("https://u:p@shop.test?x", Some("shop.test"), "/", Some("x"));
        check("HTTPS://[::1]:80/", Some("[::1]"), "/", None);
        check("https:///p", None, "/p", None);
        for other in ["/p", "ftp://a/b", "", "://", "shop.test/p"] {
            assert_eq!(absolute(other), None, "{other}");
        }
    }

    #[test]
    fn a_query_names_source_and_medium() {
        let check = |query: &str, referrer: Option<&str>, source: Option<&str>, medium: Option<&str>| {
            let mut event = Event::blank(kassa_model::Dialect::SEGMENT, kassa_model::Timestamp::EARLIEST);
            event.referrer = referrer.map(str::to_owned);
            let campaign = Campaign::of(query);
            campaign.put_columns(&mut event);
            campaign.put_stand_in(&mut event);
            campaign.put_click(&mut event);
            assert_eq!(
                (event.utm_source.as_deref(), event.utm_medium.as_deref()),
                (source, medium),
                "{query}"
            );
        };
        check("utm_source=a&utm_medium=b&ref=c&gclid=1", None, Some("a"), Some("b"));
        check("ref=producthunt", None, Some("producthunt"), None);
        check("source=mail+list&ref=x", None, Some("x"), None);
        check("source=mail+list", None, Some("mail list"), None);
        check("ref=ann%40example.com", None, None, None);
        check("gclid=1", Some("https://www.google.com/"), Some("google"), Some("cpc"));
        check("wbraid=1", None, Some("google"), Some("cpc"));
        check("utm_source=google&gbraid=1", None, Some("google"), Some("cpc"));
        check("msclkid=1", None, Some("bing"), Some("cpc"));
        check("ttclid=1", None, Some("tiktok"), Some("cpc"));
        check("fbclid=1", None, Some("facebook"), None);
        check("fbclid=1", Some("https://l.instagram.com/"), None, None);
        check("gclid=", None, None, None);
        check("UTM_Source=News&amp;utm_medium=email", None, Some("News"), Some("email"));
        check("Ref=a&GCLID=1", None, Some("a"), Some("cpc"));
        check("ref=ann%2540example.com&source=b", None, Some("b"), None);
        check("ref=https%3A%2F%2Fa.test%2Fp%3Ftoken%3D1", None, Some("https://a.test/p"), None);
        check(
            "utm_source=https%253A%252F%252Fa.test%252F%253Ftoken%253D1",
            None,
            Some("https://a.test/"),
            None,
        );
        check("utm_source=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc&ref=b", None, Some("b"), None);
        check("q=gclid", None, None, None);
    }

    #[test]
    fn decodes_queries() {
        let check = |value: &str, expected: &str| assert_eq!(decoded(value), expected);
        check("a", "a");
        check("a+b%20c", "a b c");
        check("%C3%A4", "ä");
        check("%ff%00", "\u{fffd}\u{fffd}");
        check("%", "%");
        check("%4", "%4");
        check("%zz", "%zz");
        check("ä%41", "äA");
    }
}
