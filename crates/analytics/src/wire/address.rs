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

use kassa_access::{SiteRules, TrailingSlash};
use kassa_model::Dialect;

use super::PATH_BYTES_MAX;
use super::text::cut;

/// What stands for a segment that is an e-mail address.
const EMAIL: &str = "(email)";
/// What stands for a segment that is a secret.
const TOKEN: &str = "(token)";

/// Parameters whose values tell where a visit came from.
const CAMPAIGN: [&str; 7] =
    ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "ref", "source"];
/// Sessions that servers write into paths.
const PATH_SESSIONS: [&str; 4] = ["jsessionid", "phpsessid", "sessionid", "sid"];
/// The most bytes of a parameter's name.
const NAME_BYTES_MAX: usize = 64;
/// From so many letters and digits on, with so many digits among them, a segment is a secret and no word.
const TOKEN_BYTES_MIN: usize = 40;
const TOKEN_DIGITS_MIN: usize = 5;

/// How the addresses of an event are written down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses<'a> {
    rules: &'a SiteRules,
    /// The visitor asked for privacy: no value at all is kept.
    private: bool,
}

/// An address, taken apart.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Parts<'t> {
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
    pub(crate) fn new(rules: &'a SiteRules, private: bool) -> Self {
        Self { rules, private }
    }

    /// Whether the visitor asked for privacy.
    pub(super) fn is_private(&self) -> bool {
        self.private
    }

    /// The members by which a dialect sends the page as data, which its own answers give back as sent; none where the visitor
    /// asked for privacy.
    pub(super) fn as_sent(&self, dialect: Dialect) -> &'static [&'static str] {
        match dialect {
            _ if self.private => &[],
            Dialect::Flat => &["page"],
            Dialect::Batch => &["page_path"],
            Dialect::Site => &["path"],
            Dialect::Counter | Dialect::Segment | Dialect::Shop => &[],
        }
    }

    /// The rules of the site.
    pub(super) fn rules(&self) -> &'a SiteRules {
        self.rules
    }

    /// The page of a path as sent, which may have a query and a fragment of its own; `query` and `fragment` are those of the
    /// address that the path was taken from.
    pub(crate) fn page(&self, sent: &str, query: Option<&str>, fragment: Option<&str>) -> String {
        let Parts { path, query: own_query, fragment: own_fragment, .. } = Parts::relative(sent);
        let mut page = self.normal(path).into_owned();
        self.push_kept(&mut page, own_query.or(query).unwrap_or_default());
        // Who puts a route into the path itself means it.
        let route = own_fragment.filter(|fragment| is_route(fragment));
        let routed = fragment.filter(|fragment| self.rules.options().hash_routes && is_route(fragment));
        if let Some(route) = route.or(routed) {
            self.push_route(&mut page, route);
        }
        page.truncate(cut(&page, PATH_BYTES_MAX).len());
        page
    }

    /// An address, absolute or not, without what tells of a person: the names of its parameters stay.
    pub(crate) fn clean<'t>(&self, address: &'t str) -> Cow<'t, str> {
        if address.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:")) {
            return Cow::Borrowed(&address[..7]);
        }
        let parts = Parts::of(address);
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
            push_path(&mut clean, Parts::relative(route).path);
        }
        if clean == address { Cow::Borrowed(address) } else { Cow::Owned(clean) }
    }

    /// A query without its question mark: the names of its parameters, and of a few their values.
    pub(crate) fn query(&self, query: &str) -> String {
        let mut clean = String::new();
        for pair in query.split('&') {
            // What has no name, or nothing but a name, may be the secret itself.
            let Some((name, value)) = pair.split_once('=') else { continue };
            if value.trim_matches('=').is_empty() || !is_name(name) {
                continue;
            }
            if !clean.is_empty() {
                clean.push('&');
            }
            clean.push_str(name);
            clean.push('=');
            if self.keeps(name) && !is_email(value) {
                clean.push_str(value);
            }
        }
        clean
    }

    /// Whether the value of a parameter may be kept.
    fn keeps(&self, name: &str) -> bool {
        !self.private && (CAMPAIGN.contains(&name) || self.rules.keeps(name))
    }

    /// Adds the parameters that are part of the page, in the order of the site's rules.
    fn push_kept(&self, page: &mut String, query: &str) {
        if self.private || query.is_empty() {
            return;
        }
        let mut sign = '?';
        for name in &self.rules.options().keep_query {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let value = pairs.find(|(key, _)| key == name).map(|(_, value)| value);
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
        let path = Parts::relative(route.trim_start_matches('!')).path;
        let path = self.normal(path);
        if path != "/" {
            page.push_str(sign);
            page.push_str(&path);
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
        let mut segments: Vec<Cow<'_, str>> = Vec::new();
        for segment in readable.split('/').filter(|segment| !segment.is_empty()) {
            match segment {
                "." if rooted => {}
                ".." if rooted => drop(segments.pop()),
                _ => segments.push(without_secret(segment)),
            }
        }
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

impl<'t> Parts<'t> {
    fn of(address: &'t str) -> Self {
        let scheme = match address.find("://") {
            Some(end) if is_scheme(&address[..end]) => &address[..end + 3],
            _ if address.starts_with("//") => "//",
            _ => return Self::relative(address),
        };
        let rest = &address[scheme.len()..];
        let (authority, tail) = rest.split_at(rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len()));
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
pub(super) fn origin_and_path(address: &str) -> Cow<'_, str> {
    let parts = Parts::of(address);
    let mut clean = format!("{}{}", parts.scheme, parts.authority);
    push_path(&mut clean, parts.path);
    if clean == address { Cow::Borrowed(address) } else { Cow::Owned(clean) }
}

/// Whether a path is so plain that nothing of it could change: nearly all are.
fn is_normal(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/');
    path.starts_with('/')
        && path.len() < TOKEN_BYTES_MIN
        && path.bytes().all(plain)
        && !path.ends_with('/')
        && !path.contains("//")
}

/// Whether an address begins with `scheme://` or `//`.
pub(super) fn is_absolute(address: &str) -> bool {
    !Parts::of(address).scheme.is_empty()
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
    !text.is_empty() && text.len() <= NAME_BYTES_MAX && text.bytes().all(plain) && !is_email(text)
}

/// Whether a text has an e-mail address in it.
pub(super) fn is_email(text: &str) -> bool {
    let Some(at) = text.find('@').or_else(|| text.find("%40")) else { return false };
    let local = &text[..at];
    let domain = text[at..].trim_start_matches("%40").trim_start_matches('@');
    let host = domain.split(|letter: char| !letter.is_alphanumeric() && !"-.".contains(letter)).next();
    local.ends_with(|last: char| last.is_alphanumeric() || "_-+.".contains(last))
        && host.is_some_and(|host| host.trim_matches('.').contains('.'))
}

/// A segment of a path without what must not be kept.
fn without_secret(segment: &str) -> Cow<'_, str> {
    let segment = match segment.split_once(';') {
        Some((before, parameter)) if is_path_session(parameter) => before,
        _ => segment,
    };
    match segment {
        email if is_email(email) => Cow::Borrowed(EMAIL),
        token if is_token(token) => Cow::Borrowed(TOKEN),
        plain => Cow::Borrowed(plain),
    }
}

fn is_path_session(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or_default();
    PATH_SESSIONS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A JSON web token (RFC 7519), or more letters and digits in a row than a word has.
fn is_token(segment: &str) -> bool {
    if segment.len() < TOKEN_BYTES_MIN {
        return false;
    }
    let runs = segment.split(|letter: char| !letter.is_ascii_alphanumeric());
    let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
    let digits = longest.bytes().filter(u8::is_ascii_digit).count();
    segment.starts_with("eyJ") || (longest.len() >= TOKEN_BYTES_MIN && digits >= TOKEN_DIGITS_MIN)
}

/// Adds a path as it stands, but for secrets.
fn push_path(out: &mut String, path: &str) {
    for (place, segment) in path.split('/').enumerate() {
        if place > 0 {
            out.push('/');
        }
        out.push_str(&without_secret(segment));
    }
}

/// Adds a text with its percent-encoding in normal form: hex in capitals, unreserved characters and readable UTF-8 decoded.
fn push_readable(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = leading_bytes(rest);
        if !run.is_empty() {
            push_bytes(out, &run);
            rest = &rest[3 * run.len()..];
            continue;
        }
        match first {
            '%' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' | '\0'..=' ' | '\u{7f}' => {
                push_encoded(out, first);
            }
            first if first.is_ascii() || is_readable(first) => out.push(first),
            first => push_encoded(out, first),
        }
        rest = &rest[first.len_utf8()..];
    }
}

/// The bytes of the percent-encoded triplets that `text` begins with.
fn leading_bytes(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let triplets = text.as_bytes().chunks_exact(3).map_while(|triplet| {
        (triplet[0] == b'%').then_some(())?;
        Some(digit(triplet[1])? * 16 + digit(triplet[2])?)
    });
    triplets.collect()
}

fn push_bytes(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            let unreserved = letter.is_ascii_alphanumeric() || "-._~".contains(letter);
            if unreserved || (!letter.is_ascii() && is_readable(letter)) {
                out.push(letter);
            } else {
                push_encoded(out, letter);
            }
        }
        for byte in chunk.invalid() {
            push_byte(out, *byte);
        }
    }
}

/// Whether a letter beyond ASCII can be shown as it is: no control, no space, nothing that is invisible or turns text around.
fn is_readable(letter: char) -> bool {
    let hidden = matches!(letter,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !hidden && !letter.is_control() && !letter.is_whitespace()
}

fn push_encoded(out: &mut String, letter: char) {
    for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
        push_byte(out, byte);
    }
}

fn push_byte(out: &mut String, byte: u8) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    out.extend(['%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
}

#[cfg(test)]
mod tests;
