//! Open or closed: whether the machine's own users are the only ones who can reach kassa.

use std::net::SocketAddr;

use crate::{Error, Options};

/// Secrets that stand in tutorials, sample configurations and lists of common passwords.
const KNOWN_DEFAULTS: &str = "
    admin administrator password passw0rd changeme change-me change_me secret token test demo default
    root kassa postgres redis clickhouse mysecretpassword example letmein qwerty 123456 12345678
    123456789 1234567890 0000 1234 user guest minio minioadmin admin123 password123 supersecret
    your-secret-here xxx todo replace-me
";

/// Who is let in without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Listening on loopback only, no admin token: everything is allowed.
    Open,
    /// Anything else: each route by its class.
    Closed,
}

impl Mode {
    /// The mode of a process that listens on `addresses` (all of them).
    ///
    /// # Errors
    /// [`Error::NeedsAdminToken`] or [`Error::DefaultAdminToken`] beyond loopback.
    pub fn decide(addresses: &[SocketAddr], options: &Options) -> Result<Self, Error> {
        let token = options.admin_token.as_str();
        let beyond = addresses.iter().find(|address| !address.ip().to_canonical().is_loopback());
        match beyond {
            Some(address) if token.is_empty() => Err(Error::NeedsAdminToken(*address)),
            Some(address) if is_known_default(token) => Err(Error::DefaultAdminToken(*address)),
            None if token.is_empty() => Ok(Self::Open),
            _ => Ok(Self::Closed),
        }
    }
}

/// Whether everyone knows this secret: blank, or in a short list of samples, in any case.
pub fn is_known_default(secret: &str) -> bool {
    let secret = secret.trim().to_ascii_lowercase();
    secret.is_empty() || KNOWN_DEFAULTS.split_whitespace().any(|known| known == secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(addresses: &[&str], token: &str) -> Result<Mode, Error> {
        let addresses: Vec<_> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        Mode::decide(&addresses, &Options { admin_token: token.to_owned(), ..Options::default() })
    }

    #[test]
    fn only_loopback_without_a_token_is_open() {
        assert_eq!(decide(&["127.0.0.1:8000", "[::1]:8000"], "").unwrap(), Mode::Open);
        assert_eq!(decide(&["[::ffff:127.0.0.1]:8000"], "").unwrap(), Mode::Open);
        assert_eq!(decide(&["127.0.0.1:8000"], "tok").unwrap(), Mode::Closed);
        assert_eq!(decide(&["127.0.0.1:8000"], "admin").unwrap(), Mode::Closed);
        assert_eq!(decide(&["0.0.0.0:8000"], "b3f0c9d2a7").unwrap(), Mode::Closed);
    }

    #[test]
    fn refuses_to_listen_beyond_loopback_unprotected() {
        let check = |address: &str, token: &str, expected: &str| {
            let message = decide(&["127.0.0.1:1", address], token).unwrap_err().to_string();
            assert!(message.contains(expected) && message.contains(address), "{message}");
        };
        check("0.0.0.0:8000", "", "without an admin token");
        check("[::]:8000", "", "without an admin token");
        check("192.168.1.5:80", "ChangeMe", "known default");
        check("192.168.1.5:80", " ", "known default");
    }
}
