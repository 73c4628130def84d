//! Which addresses are of the public internet: those that a request whose target somebody else has named may go to.
//!
//! By the registries of special-purpose addresses (RFC 6890, IANA) and by what clouds answer machines of theirs from. Of IPv6 only
//! 2000::/3 is given out, so that IPv4 in other clothes (mapped, NAT64) is refused with the rest; 6to4 and Teredo, which carry IPv4
//! within it, by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not public: their first address, their prefix, and what they are.
const CLOSED_4: [(Ipv4Addr, u32, &str); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, "of this machine"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared by a provider's customers"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "of this machine"),
    (Ipv4Addr::new(168, 63, 129, 16), 32, "a cloud's own"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for examples"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "reserved"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for measurements"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for examples"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for examples"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "a group's"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// The same of IPv6, within what is given out.
const CLOSED_6: [(Ipv6Addr, u32, &str); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "reserved, or IPv4 in a tunnel"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "for examples"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "IPv4 in a tunnel"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "for examples"),
];

/// What `address` is, if it is not of the public internet.
pub(super) fn closed(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => closed_4(address),
        IpAddr::V6(address) => closed_6(address),
    }
}

fn closed_4(address: Ipv4Addr) -> Option<&'static str> {
    let is_in = |(first, prefix, _): &&(Ipv4Addr, u32, &'static str)| {
        (address.to_bits() ^ first.to_bits()).leading_zeros() >= *prefix
    };
    CLOSED_4.iter().find(is_in).map(|(_, _, what)| *what)
}

fn closed_6(address: Ipv6Addr) -> Option<&'static str> {
    // 2000::/3
    if address.to_bits() >> 125 != 1 {
        return Some("not of the public internet");
    }
    let is_in = |(first, prefix, _): &&(Ipv6Addr, u32, &'static str)| {
        (address.to_bits() ^ first.to_bits()).leading_zeros() >= *prefix
    };
    CLOSED_6.iter().find(is_in).map(|(_, _, what)| *what)
}

#[cfg(test)]
mod tests {
    use super::closed;

    #[test]
    fn knows_what_is_public() {
        let check = |address: &str, public: bool| {
            assert_eq!(closed(address.parse().unwrap()).is_none(), public, "{address}");
        };
        for public in ["1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "128.0.0.1"] {
            check(public, true);
        }
        for public in
            ["169.253.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "198.17.255.255", "223.255.255.255"]
        {
            check(public, true);
        }
        for closed in ["0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.0.1"] {
            check(closed, false);
        }
        for closed in ["168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192"] {
            check(closed, false);
        }
        for closed in
            ["192.168.1.1", "198.19.0.1", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255"]
        {
            check(closed, false);
        }
        for public in ["2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "3ffe::1"] {
            check(public, true);
        }
        for closed in ["::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::808:808"] {
            check(closed, false);
        }
        for closed in ["64:ff9b:1::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1", "5f00::1"]
        {
            check(closed, false);
        }
        for closed in ["2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "3fff:fff::1", "4000::1"] {
            check(closed, false);
        }
    }
}
