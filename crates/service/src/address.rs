//! Whose request it is: the client's address, believing `X-Forwarded-For` only from proxies that are trusted.
//!
//! The address feeds the cookieless hash, the country and the rate limits, so a wrong answer merges all visitors into
//! one or lets a client choose its own. Addresses are never stored.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Mutex;

use axum::http::{HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Each of them tells that somebody else is behind the peer.
const FORWARDED: [&str; 7] = [
    "x-forwarded-for",
    "forwarded",
    "via",
    "x-real-ip",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
];

/// Requests looked at before the share of one address is judged.
const WINDOW: u32 = 1_000;

/// Windows between two warnings, so that a misconfigured proxy does not fill the log.
const WINDOWS_BETWEEN_WARNINGS: u32 = 1_000;

/// A text that is neither an address nor `address/prefix`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no address and no network such as 10.0.0.0/8")]
pub struct NetworkError(String);

/// An address, or a network in CIDR notation (RFC 4632, RFC 4291). An IPv4 address holds its mapped IPv6 form, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: u128,
    mask: u128,
}

impl Network {
    /// Whether `address` lies in it.
    pub fn holds(self, address: IpAddr) -> bool {
        bits(address) & self.mask == self.address
    }

    /// How many leading bits its addresses share, of 128: more is narrower.
    pub fn prefix(self) -> u32 {
        self.mask.leading_ones()
    }
}

/// The proxies whose word about the client is believed (`server.trusted_proxies`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Network>);

impl Proxies {
    /// From addresses and networks: `["10.0.0.0/8", "::1"]`.
    ///
    /// # Errors
    /// [`NetworkError`] names the first text that is neither.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, NetworkError> {
        texts.iter().map(|text| text.as_ref().parse()).collect::<Result<_, _>>().map(Self)
    }

    /// Whether no proxy is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `address` is a trusted proxy.
    pub fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// The client behind `peer`: the rightmost address of `X-Forwarded-For` that is no trusted proxy, provided that
    /// `peer` is one. A value that is no address ends the search: what stands left of it was not written by ours.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if self.0.is_empty() || !self.trust(client) {
            return client;
        }
        for line in headers.get_all(&X_FORWARDED_FOR).iter().rev() {
            for hop in line.to_str().unwrap_or("?").rsplit(',') {
                let Some(hop) = parse_hop(hop.trim()) else { return client };
                client = hop;
                if !self.trust(hop) {
                    return client;
                }
            }
        }
        client
    }
}

impl Proxies {
    /// Whether the client speaks https to the proxy `peer`, provided that it is trusted: TLS ends there, never here.
    pub fn is_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        self.scheme(peer, headers) == Some("https")
    }

    /// `http` or `https`, as the client speaks it to the proxy `peer`; `None` when no trusted one says so.
    pub fn scheme(&self, peer: IpAddr, headers: &HeaderMap) -> Option<&'static str> {
        let first = headers.get(&X_FORWARDED_PROTO)?.to_str().ok()?.split(',').next()?.trim();
        let known = ["http", "https"].into_iter().find(|scheme| first.eq_ignore_ascii_case(scheme));
        known.filter(|_| self.trust(peer.to_canonical()))
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || NetworkError(text.chars().take(64).collect());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().map_err(|_| error())?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| error())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(width);
        if prefix > width {
            return Err(error());
        }
        let mask = u128::MAX.checked_shl(width - prefix).unwrap_or(0);
        // An IPv4 network keeps the 96 bits that mark it as IPv4, even with the prefix 0.
        let mask = if address.is_ipv4() { mask | (u128::MAX << 32) } else { mask };
        Ok(Self { address: bits(address) & mask, mask })
    }
}

/// IPv4 and IPv6 in one space: IPv4 as its mapped IPv6 address.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// An address of `X-Forwarded-For`, which some proxies write with a port or in brackets.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let address = match text.parse::<IpAddr>() {
        Ok(address) => address,
        Err(_) => match text.parse::<std::net::SocketAddr>() {
            Ok(with_port) => with_port.ip(),
            Err(_) => text.strip_prefix('[')?.strip_suffix(']')?.parse().ok()?,
        },
    };
    Some(address.to_canonical())
}

/// Notices when most traffic seems to come from one address: then a proxy stands in front that is not in
/// `server.trusted_proxies`, and all visitors look like one.
#[derive(Debug, Default)]
pub(crate) struct Crowd(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    candidate: Option<IpAddr>,
    /// Boyer and Moore's majority vote: a true majority is the candidate at the end.
    lead: u32,
    seen: u32,
    by_candidate: u32,
    forwarded: bool,
    quiet_windows: u32,
}

impl Crowd {
    /// Counts a request of `client`; `forwarded` tells that it carried a header about someone behind it. Returns the
    /// address to warn of, at most once in a thousand windows. Under contention a request is not counted.
    pub(crate) fn note(&self, client: IpAddr, forwarded: bool) -> Option<IpAddr> {
        let mut window = self.0.try_lock().ok()?;
        if window.lead == 0 {
            window.candidate = Some(client);
            window.by_candidate = 0;
        }
        if window.candidate == Some(client) {
            window.lead += 1;
            window.by_candidate += 1;
            window.forwarded |= forwarded;
        } else {
            window.lead -= 1;
        }
        window.seen += 1;
        if window.seen < WINDOW { None } else { window.close() }
    }
}

impl Window {
    fn close(&mut self) -> Option<IpAddr> {
        let suspect = self.candidate.filter(|address| {
            // A test or a demo on the same machine is no proxy, unless it speaks for others.
            self.by_candidate > WINDOW / 2 && (self.forwarded || !address.is_loopback())
        });
        let quiet = self.quiet_windows.saturating_sub(1);
        let warn = suspect.filter(|_| self.quiet_windows == 0);
        let quiet_windows = if warn.is_some() { WINDOWS_BETWEEN_WARNINGS } else { quiet };
        *self = Self { quiet_windows, ..Self::default() };
        warn
    }
}

/// Whether the headers say that a proxy passed the request on for somebody else (RFC 7239, RFC 9110 section 7.6.3, and what
/// proxies sent before them). One that says nothing of the kind cannot be told from the machine's own users.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    // A request has few headers: to look at their names is quicker than to look seven of them up.
    headers.keys().any(|name| FORWARDED.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use axum::http::HeaderValue;

    fn client(trusted: &[&str], peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(&X_FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        Proxies::parse(trusted).unwrap().client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn believes_only_trusted_proxies() {
        assert_eq!(client(&[], "9.9.9.9", &["1.1.1.1"]), "9.9.9.9");
        assert_eq!(client(&["10.0.0.0/8"], "9.9.9.9", &["1.1.1.1"]), "9.9.9.9");
        assert_eq!(client(&["10.0.0.0/8"], "10.1.2.3", &["1.1.1.1"]), "1.1.1.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.1.2.3", &[]), "10.1.2.3");
        // What the client itself claims stands on the left and is not believed.
        assert_eq!(client(&["10.0.0.0/8"], "10.1.2.3", &["6.6.6.6, 1.1.1.1, 10.9.9.9"]), "1.1.1.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.1.2.3", &["6.6.6.6", "1.1.1.1", "10.9.9.9"]), "1.1.1.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.1.2.3", &["1.1.1.1, junk"]), "10.1.2.3");
        assert_eq!(client(&["10.0.0.0/8"], "10.1.2.3", &["10.0.0.7"]), "10.0.0.7");
        assert_eq!(client(&["::1"], "::1", &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(client(&["::1"], "::1", &["1.1.1.1:5000"]), "1.1.1.1");
        assert_eq!(client(&["127.0.0.1"], "::ffff:127.0.0.1", &["1.1.1.1"]), "1.1.1.1");
        assert_eq!(client(&["0.0.0.0/0"], "2001:db8::2", &["1.1.1.1"]), "2001:db8::2");
        assert_eq!(client(&["::/0"], "2001:db8::2", &["1.1.1.1, 2.2.2.2"]), "1.1.1.1");
    }

    #[test]
    fn believes_trusted_proxies_alone_about_https() {
        let check = |trusted: &[&str], scheme: &'static str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(&X_FORWARDED_PROTO, HeaderValue::from_static(scheme));
            let found = Proxies::parse(trusted).unwrap().is_https("10.1.2.3".parse().unwrap(), &headers);
            assert_eq!(found, expected, "{trusted:?} {scheme}");
        };
        check(&["10.0.0.0/8"], "https", true);
        check(&["10.0.0.0/8"], "HTTPS, http", true);
        check(&["10.0.0.0/8"], "http", false);
        check(&["10.0.0.0/8"], "", false);
        check(&["192.168.0.0/16"], "https", false);
        check(&[], "https", false);
    }

    #[test]
    fn a_proxy_is_known_by_what_it_adds() {
        let check = |name: &'static str, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static("x"));
            assert_eq!(is_forwarded(&headers), expected, "{name}");
        };
        for name in
            ["x-forwarded-for", "forwarded", "via", "x-real-ip", "x-forwarded-host", "x-forwarded-proto"]
        {
            check(name, true);
        }
        for name in ["host", "user-agent", "origin", "authorization"] {
            check(name, false);
        }
    }

    #[test]
    fn refuses_what_is_no_network() {
        for bad in ["", "10.0.0.0/33", "::/129", "proxy.internal", "10.0.0.0/x", "10.0.0.0/-1"] {
            assert!(Proxies::parse(&[bad]).is_err(), "{bad}");
        }
    }

    #[test]
    fn warns_of_a_crowd_behind_one_address() {
        let warned = |peer: &str, forwarded: bool, others: u32| {
            let crowd = Crowd::default();
            let mut warnings = 0;
            for n in 0..20 * WINDOW {
                let other = IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + n));
                let one = if n % 10 < others { other } else { peer.parse().unwrap() };
                warnings += u32::from(crowd.note(one, forwarded).is_some());
            }
            warnings
        };
        assert_eq!(warned("9.9.9.9", false, 0), 1);
        assert_eq!(warned("9.9.9.9", false, 3), 1);
        assert_eq!(warned("9.9.9.9", false, 7), 0);
        assert_eq!(warned("127.0.0.1", false, 0), 0);
        assert_eq!(warned("127.0.0.1", true, 0), 1);
    }
}
