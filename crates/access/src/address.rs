//! Addresses as they are written down. One page is one row, so a path gets its normal form (RFC 3986 section 6.2.2, readable
//! UTF-8); and what an address tells of a person (values of its query, a fragment, a user's name, an e-mail address, a token)
//! is left out before anything is stored.
//!
//! ```text
//! sent                                   page         written down beside it
//! /caf%c3%a9//menu/../?token=1&utm_source=n   /café   /caf%c3%a9//menu/../?token=&utm_source=n
//! https://u:p@a.test/x?q=ann#top         (a referrer) https://a.test/x
//! ```

use std::borrow::Cow;

use crate::{SiteRules, TrailingSlash};

mod readable;
mod secret;
mod words;

use readable::{push_readable, undone};
use secret::{is_email, is_token, push_path, without_secret};

/// The most bytes of a page.
pub const PAGE_BYTES_MAX: usize = 2_048;

/// Parameters, beside all that begin with [`UTM`], whose values tell where a visit came from.
const CAMPAIGN: [&str; 2] = ["ref", "source"];
const UTM: &str = "utm_";
/// The most bytes of a parameter's name.
const NAME_BYTES_MAX: usize = 64;

/// How the addresses of an event are written down.
#[derive(Debug, Clone, Copy)]
pub struct Addresses<'a> {
    rules: &'a SiteRules,
    /// The visitor asked for privacy: no value at all is kept.
    private: bool,
}

/// What the visitor wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing in particular.
    None,
    /// Privacy (`Sec-GPC: 1` or `DNT: 1`): no value of a query is kept.
    Privacy,
}

/// An address, taken apart.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Components<'t> {
    /// Scheme and `//`, or nothing.
    scheme: &'t str,
    /// Host and port, without a user.
    authority: &'t str,
    path: &'t str,
    query: Option<&'t str>,
    fragment: Option<&'t str>,
}

impl<'a> Addresses<'a> {
    /// By the rules of a site and the visitor's wish.
    pub fn new(rules: &'a SiteRules, wish: Wish) -> Self {
        Self { rules, private: wish == Wish::Privacy }
    }

    /// Whether the visitor asked for privacy.
    pub fn is_private(&self) -> bool {
        self.private
    }

    /// The rules of the site.
    pub fn rules(&self) -> &'a SiteRules {
        self.rules
    }

    /// The page of a path as sent, which may have a query and a fragment of its own; `query` and `fragment` are those of the
    /// address that the path was taken from. Has at most [`PAGE_BYTES_MAX`] bytes.
    pub fn page(&self, sent: &str, query: Option<&str>, fragment: Option<&str>) -> String {
        let sent = &whole(sent);
        let Components { path, query: own_query, .. } = Components::relative(sent);
        let mut page = self.normal(path).into_owned();
        self.push_kept(&mut page, own_query.or(query).unwrap_or_default());
        if let Some(route) = self.route(sent, fragment) {
            self.push_route(&mut page, route);
        }
        page.truncate(page.floor_char_boundary(PAGE_BYTES_MAX));
        page
    }

    /// The route in the fragment of a path as sent, or of the address that it was taken from: without the sign, with a query of
    /// its own. Who puts a route into the path itself means it; else the site has to say so.
    pub fn route<'t>(&self, sent: &'t str, fragment: Option<&'t str>) -> Option<&'t str> {
        let own = sent.split_once('#').map(|(_, fragment)| fragment).filter(|own| is_route(own));
        own.or_else(|| fragment.filter(|route| self.rules.options().hash_routes && is_route(route)))
    }

    /// An address, absolute or not, without what tells of a person: the names of its parameters stay.
    pub fn clean<'t>(&self, address: &'t str) -> Cow<'t, str> {
        match whole(address) {
            Cow::Borrowed(address) => self.clean_plain(address),
            Cow::Owned(decoded) => Cow::Owned(self.clean_plain(&decoded).into_owned()),
        }
    }

    fn clean_plain<'t>(&self, address: &'t str) -> Cow<'t, str> {
        if address.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:")) {
            return Cow::Borrowed(&address[..7]);
        }
        let parts = Components::of(address);
        let mut clean = String::with_capacity(address.len());
        clean.push_str(parts.scheme);
        clean.push_str(parts.authority);
        push_path(&mut clean, parts.path);
        let query = self.query(parts.query.unwrap_or_default());
        if !query.is_empty() {
            clean.push('?');
            clean.push_str(&query);
        }
        if let Some(route) = parts.fragment.filter(|fragment| is_route(fragment)) {
            clean.push('#');
            push_path(&mut clean, Components::relative(route).path);
        }
        if clean == address { Cow::Borrowed(address) } else { Cow::Owned(clean) }
    }

    /// A query without its question mark: the names of its parameters, and of a few their values.
    pub fn query(&self, query: &str) -> String {
        let mut clean = String::new();
        for pair in query.split('&') {
            // What has no name, or nothing but a name, may be the secret itself.
            let Some((name, value)) = pair.split_once('=') else { continue };
            let name = name.trim_start_matches("amp;");
            if value.trim_matches('=').is_empty() || !is_name(name) {
                continue;
            }
            if !clean.is_empty() {
                clean.push('&');
            }
            clean.push_str(name);
            clean.push('=');
            if self.keeps(name, value) {
                clean.push_str(value);
            }
        }
        clean
    }

    /// Whether the value of a parameter may be kept.
    fn keeps(&self, name: &str, value: &str) -> bool {
        if self.private {
            return false;
        }
        let tells_campaign = CAMPAIGN.iter().any(|known| known.eq_ignore_ascii_case(name))
            || name.get(..UTM.len()).is_some_and(|start| start.eq_ignore_ascii_case(UTM));
        if tells_campaign {
            let value = undone(value);
            return campaign_word(&value).is_some_and(|word| word == value);
        }
        self.rules.keeps(&undone(name)) && !is_email(value)
    }

    /// Adds the parameters that are part of the page, in the order of the site's rules; of a repeated one the first.
    fn push_kept(&self, page: &mut String, query: &str) {
        let names = &self.rules.options().keep_query;
        if self.private || query.is_empty() || names.is_empty() {
            return;
        }
        let mut values = vec![None; names.len()];
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let key = undone(key.trim_start_matches("amp;"));
            if let Some(place) = names.iter().position(|name| *name == key) {
                values[place] = values[place].or(Some(value));
            }
        }
        let mut sign = '?';
        for (name, value) in names.iter().zip(values) {
            if let Some(value) = value.filter(|value| !value.is_empty() && !is_email(value)) {
                page.push(sign);
                page.push_str(name);
                page.push('=');
                push_readable(page, value);
                sign = '&';
            }
        }
    }

    /// Adds a route that lies in the fragment, unless it is the root.
    fn push_route(&self, page: &mut String, route: &str) {
        let sign = if route.starts_with('!') { "#!" } else { "#" };
        let Components { path, query, .. } = Components::relative(route.trim_start_matches('!'));
        let mut routed = self.normal(path).into_owned();
        self.push_kept(&mut routed, query.unwrap_or_default());
        if routed != "/" {
            page.push_str(sign);
            page.push_str(&routed);
        }
    }

    /// The normal form of a path without query and fragment.
    fn normal<'t>(&self, path: &'t str) -> Cow<'t, str> {
        if path.is_empty() {
            return Cow::Borrowed("/");
        }
        if is_normal(path) {
            return Cow::Borrowed(path);
        }
        let mut readable = String::with_capacity(path.len());
        push_readable(&mut readable, path);
        let rooted = readable.starts_with('/');
        let (mut segments, mut before) = (Vec::new(), "");
        for segment in readable.split('/').filter(|segment| !segment.is_empty()) {
            match segment {
                "." if rooted => {}
                ".." if rooted => drop(segments.pop()),
                _ => segments.push(without_secret(segment, before)),
            }
            before = segment;
        }
        segments.retain(|segment| !segment.is_empty());
        let ends = ["/", "/.", "/.."].iter().any(|end| readable.ends_with(end));
        let kept = ends && self.rules.options().trailing_slash == TrailingSlash::Keep && !segments.is_empty();
        let mut normal = String::with_capacity(readable.len());
        for (place, segment) in segments.iter().enumerate() {
            if rooted || place > 0 {
                normal.push('/');
            }
            normal.push_str(segment);
        }
        if kept || normal.is_empty() {
            normal.push('/');
        }
        if normal == path { Cow::Borrowed(path) } else { Cow::Owned(normal) }
    }
}

impl<'t> Components<'t> {
    fn of(address: &'t str) -> Self {
        let scheme = match address.find("://") {
            Some(end) if is_scheme(&address[..end]) => &address[..end + 3],
            _ if address.starts_with("//") => "//",
            _ => return Self::relative(address),
        };
        let rest = &address[scheme.len()..];
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len()));
        if scheme == "//" && !is_authority(authority) {
            return Self::relative(address);
        }
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        Self { scheme, authority, ..Self::relative(tail) }
    }

    fn relative(address: &'t str) -> Self {
        let (rest, fragment) = match address.split_once('#') {
            Some((rest, fragment)) => (rest, Some(fragment)),
            None => (address, None),
        };
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        Self { scheme: "", authority: "", path, query, fragment }
    }
}

/// Origin and path of an address: all that is kept of one elsewhere.
pub fn origin_and_path(address: &str) -> Cow<'_, str> {
    let whole = whole(address);
    let parts = Components::of(&whole);
    let mut clean = format!("{}{}", parts.scheme, parts.authority);
    push_path(&mut clean, parts.path);
    if clean == address { Cow::Borrowed(address) } else { Cow::Owned(clean) }
}

/// An address, decoded if it is percent-encoded as a whole.
fn whole(address: &str) -> Cow<'_, str> {
    if !address.contains('%') || address.contains(['/', '?', '#']) {
        return Cow::Borrowed(address);
    }
    match undone(address) {
        decoded if decoded.starts_with('/') || is_absolute(&decoded) => decoded,
        _ => Cow::Borrowed(address),
    }
}

/// A word of a campaign (a source, a medium, a name…) as it is kept: nothing of an e-mail address or a token, and of an address
/// origin and path.
pub fn campaign_word(word: &str) -> Option<Cow<'_, str>> {
    let whole = undone(word);
    if !is_absolute(&whole) && !whole.starts_with('/') {
        if is_email(&whole) || is_token(&whole) {
            return None;
        }
        if !self::has_query(&whole) {
            return Some(Cow::Borrowed(word));
        }
    }
    match origin_and_path(&whole) {
        clean if clean.is_empty() => None,
        clean if clean == whole => Some(Cow::Borrowed(word)),
        clean => Some(Cow::Owned(clean.into_owned())),
    }
}

/// Whether a path is so plain that nothing of it could change: nearly all are.
fn is_normal(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/');
    path.starts_with('/')
        && path.bytes().all(plain)
        && !path.ends_with('/')
        && !path.contains("//")
        && has_no_secret(path)
}

fn has_no_secret(path: &str) -> bool {
    let mut before = "";
    for segment in path.split('/') {
        if without_secret(segment, before) != segment {
            return false;
        }
        before = segment;
    }
    true
}

/// Whether an address begins with `scheme://`, or with `//` and what may be a host.
pub fn is_absolute(address: &str) -> bool {
    !Components::of(address).scheme.is_empty()
}

/// Whether a text may be host and port, with a user. An XPath, which begins with `//` too, is none.
fn is_authority(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:%@+".contains(&byte) || !byte.is_ascii();
    !text.is_empty() && text.bytes().all(plain)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn is_route(fragment: &str) -> bool {
    fragment.starts_with('/') || fragment.starts_with("!/")
}

fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.[]%".contains(&byte);
    let is_plain = !text.is_empty() && text.len() <= NAME_BYTES_MAX && text.bytes().all(plain);
    is_plain && !is_email(text) && !is_token(text)
}

#[cfg(test)]
mod tests;

/// Whether something behind a question mark or a `#` has a value.
pub(super) fn has_query(text: &str) -> bool {
    text.find(['?', '#']).is_some_and(|at| text[at..].contains('='))
}
