//! The host of an address, as sources and sites are compared by it.

use std::borrow::Cow;

/// The host of an address or of a `Host` text: lower case, without user, port, final dot and `www.`.
pub(crate) fn host_of(address: &str) -> Option<Cow<'_, str>> {
    let rest = match address.split_once("://") {
        Some((scheme, rest)) if is_http(scheme) => rest,
        Some(_) => return None,
        None => address.strip_prefix("//").unwrap_or(address),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let named = authority.rsplit('@').next()?;
    let host = match named.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => named.split(':').next()?,
    };
    let host = host.trim_end_matches('.');
    let bare = match host.get(..4) {
        Some(www) if www.eq_ignore_ascii_case("www.") => &host[4..],
        _ => host,
    };
    (!bare.is_empty() && !bare.contains(char::is_whitespace)).then(|| lower(bare))
}

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

/// `text` in lower case, as far as it is ASCII.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(text.to_ascii_lowercase()),
        false => Cow::Borrowed(text),
    }
}
