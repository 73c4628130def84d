//! The host that a request is for, as RFC 9112 section 3.2 wants it: one valid `Host` with HTTP/1.1, which an absolute target
//! overrules. What is after this may rely on one host.

use axum::http::header::HOST;
use axum::http::{HeaderValue, Request, Version};

/// Bytes of a host with its port.
const HOST_BYTES_MAX: usize = 300;

/// Settles which host the request is for, and leaves it in the header `Host`.
///
/// # Errors
/// What is wrong with it, for a 400.
pub(super) fn settle<B>(request: &mut Request<B>) -> Result<(), &'static str> {
    let mut given = request.headers().get_all(HOST).iter();
    let (first, second) = (given.next(), given.next());
    match (first, second) {
        (_, Some(_)) => return Err("a request has one header Host, not several"),
        (None, None) if request.version() >= Version::HTTP_11 => {
            return Err("a request of HTTP/1.1 needs the header Host");
        }
        (Some(host), None) if !is_host(host.as_bytes()) => {
            return Err("the header Host is no host name with or without a port");
        }
        _ => {}
    }
    // The usual target is a path alone.
    let Some(authority) = request.uri().authority().filter(|_| request.uri().scheme().is_some()) else {
        return Ok(());
    };
    if !matches!(request.uri().scheme_str(), Some("http" | "https"))
        || !is_host(authority.as_str().as_bytes())
    {
        return Err("the target is no http URL with a host");
    }
    // RFC 9112, 3.2.2: the target counts, not the header.
    let named = HeaderValue::from_str(authority.as_str());
    let named = named.map_err(|_| "the target is no http URL with a host")?;
    request.headers_mut().insert(HOST, named);
    Ok(())
}

/// `uri-host [ ":" port ]` of RFC 9110 section 7.2, and not empty: an http URL has a host (section 4.2.1).
fn is_host(text: &[u8]) -> bool {
    if text.len() > HOST_BYTES_MAX {
        return false;
    }
    let (name, port) = match text.strip_prefix(b"[") {
        Some(rest) => {
            let Some(end) = rest.iter().position(|byte| *byte == b']') else { return false };
            let literal = std::str::from_utf8(&rest[..end]).ok();
            if literal.is_none_or(|literal| literal.parse::<std::net::Ipv6Addr>().is_err()) {
                return false;
            }
            (&b"v6"[..], rest[end + 1..].strip_prefix(b":").or((rest.len() == end + 1).then_some(b"")))
        }
        None => match text.iter().position(|byte| *byte == b':') {
            Some(colon) => (&text[..colon], Some(&text[colon + 1..])),
            None => (text, Some(&b""[..])),
        },
    };
    let Some(port) = port else { return false };
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(byte);
    !name.is_empty() && name.iter().all(plain) && is_port(port)
}

fn is_port(text: &[u8]) -> bool {
    let digits = text.len() <= 5 && text.iter().all(u8::is_ascii_digit);
    digits && std::str::from_utf8(text).is_ok_and(|text| text.is_empty() || text.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The host that a request ends up with, or nothing when it is refused.
    fn check(version: Version, target: &str, hosts: &[&'static str], expected: Option<&str>) {
        let mut request = Request::builder().version(version).uri(target);
        for host in hosts {
            request = request.header("host", *host);
        }
        let mut request = request.body(()).unwrap();
        let settled = settle(&mut request)
            .map(|()| request.headers().get(HOST).map_or("", |host| host.to_str().unwrap()).to_owned());
        assert_eq!(settled.ok().as_deref(), expected, "{version:?} {target} {hosts:?}");
    }

    #[test]
    fn one_valid_host_and_the_target_overrules_it() {
        for host in [
            "localhost",
            "shop.example:8000",
            "127.0.0.1:1",
            "[::1]",
            "[2001:db8::1]:443",
            "a_b.example",
            "xn--bcher-kva.example",
            "shop.example:",
        ] {
            check(Version::HTTP_11, "/x?y=1", &[host], Some(host));
            check(Version::HTTP_10, "/", &[host], Some(host));
        }
        for host in [
            "",
            "a b",
            "a/b",
            "user@shop.example",
            "shop.example:80:90",
            "shop.example:x",
            "shop.example:99999",
            "[::1",
            "[::1]x",
            "[shop]",
            ":80",
            "a\tb",
            "http://shop.example",
        ] {
            check(Version::HTTP_11, "/", &[host], None);
            check(Version::HTTP_10, "/", &[host], None);
        }
        check(Version::HTTP_11, "/", &[], None);
        check(Version::HTTP_10, "/", &[], Some(""));
        check(Version::HTTP_11, "/", &["a", "a"], None);
        check(Version::HTTP_10, "/", &["a", "b"], None);
        check(Version::HTTP_11, "http://shop.example/x", &["evil.example"], Some("shop.example"));
        check(Version::HTTP_11, "http://shop.example:8000/x", &["shop.example"], Some("shop.example:8000"));
        check(Version::HTTP_10, "http://shop.example/x", &[], Some("shop.example"));
        check(Version::HTTP_11, "http://shop.example/x", &[], None);
        check(Version::HTTP_11, "http://user@shop.example/x", &["shop.example"], None);
        check(Version::HTTP_11, "ftp://shop.example/x", &["shop.example"], None);
        let long: &'static str = "x".repeat(HOST_BYTES_MAX + 1).leak();
        check(Version::HTTP_11, "/", &[long], None);
    }
}
