//! The address of an endpoint: http or https, a host, a port that speaks HTTP, and nothing in it that is read in two ways.

use std::net::IpAddr;

use axum::http::Uri;

/// The most bytes of an address.
const BYTES_MAX: usize = 2_048;
/// The most bytes of a host's name (RFC 1035).
const HOST_BYTES_MAX: usize = 253;

/// Where an endpoint is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target(Uri);

impl Target {
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.len() > BYTES_MAX {
            return Err(format!("has at most {BYTES_MAX} bytes"));
        }
        if text.contains('#') {
            return Err("has a fragment, which no server is told".to_owned());
        }
        let uri: Uri =
            text.parse().map_err(|_| "is no address such as https://shop.example/hooks".to_owned())?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("begins with https:// or http://".to_owned());
        }
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        if authority.contains('@') {
            return Err("names a user: whoever calls is known by the signature".to_owned());
        }
        let host = uri.host().unwrap_or_default();
        if !is_host(host) {
            return Err("has no host that a name or an address can be".to_owned());
        }
        if uri.port_u16().is_none() && authority != host {
            return Err("has a port that is none".to_owned());
        }
        match port(&uri) {
            80 | 443 | 1_024.. => Ok(Self(uri)),
            port => Err(format!("has port {port}: 80, 443 and those from 1024 on are called")),
        }
    }

    /// As requests name it.
    pub(super) fn uri(&self) -> Uri {
        self.0.clone()
    }

    /// The address, where the host is one and no name.
    pub(super) fn address(&self) -> Option<IpAddr> {
        address(self.0.host().unwrap_or_default())
    }
}

/// The port that `uri` means.
pub(super) fn port(uri: &Uri) -> u16 {
    uri.port_u16().unwrap_or(if uri.scheme_str() == Some("https") { 443 } else { 80 })
}

/// The address that a host is, in brackets or not.
pub(super) fn address(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    bare.unwrap_or(host).parse().ok()
}

fn is_host(host: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match host.starts_with('[') {
        true => address(host).is_some(),
        false => (1..=HOST_BYTES_MAX).contains(&host.len()) && host.bytes().all(is_name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_addresses_that_mean_one_thing() {
        let check = |text: &str, said: &str| {
            let found = Target::parse(text).err().unwrap_or_default();
            assert!(found.contains(said) && found.is_empty() == said.is_empty(), "{text:?}: {found}");
        };
        check("https://shop.example/hooks?token=a%2Fb", "");
        check("http://shop.example", "");
        check("https://192.0.2.1:8443/x", "");
        check("http://[2001:db8::1]:8080/", "");
        check("https://xn--bcher-kva.example/", "");
        check("http://2130706433/", "");
        for bad in ["", "shop.example/hooks", "/hooks", "https://", "https:///x", "https://shop example/"] {
            assert!(Target::parse(bad).is_err(), "{bad:?}");
        }
        for bad in [
            "https://bücher.example/",
            "https://shop.example/\r\nx: y",
            "https://shop.example/\0",
            "https://[::1",
        ] {
            check(bad, "is no address");
        }
        for bad in
            ["ftp://shop.example/", "file:///etc/passwd", "gopher://shop.example/", "HTTPX://a.example/"]
        {
            assert!(Target::parse(bad).is_err(), "{bad:?}");
        }
        check("https://user:pw@shop.example/", "names a user");
        check("https://good.example@evil.example/", "names a user");
        check("https://shop.example/#x", "fragment");
        check("https://shop.example:25/", "has port 25");
        check("https://shop.example:0/", "has port 0");
        for bad in ["https://shop.example:65536/", "https://shop.example:/", "https://shop.example:a/"] {
            assert!(Target::parse(bad).is_err(), "{bad:?}");
        }
        check(&format!("https://shop.example/{}", "x".repeat(2_048)), "at most 2048");
    }
}
