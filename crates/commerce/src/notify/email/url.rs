//! Where mails go, as `email.url` says it: `mailbox:`, `smtp://user:password@host:587` or `smtps://user:password@host:465`.
//!
//! `smtp` asks for TLS by STARTTLS and sends nothing without, but to this machine itself; `?tls=none` does without wherever the
//! server is, `?tls=required` asks this machine, too. `?ca=PATH` names a file of certificates that are trusted beside the known ones.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use axum::http::Uri;

/// Where mails go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MailUrl {
    /// Into a folder, for whoever looks at them there.
    #[default]
    Mailbox,
    /// To a server.
    Smtp(Server),
}

/// A server that takes mails.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) login: Option<(String, String)>,
    pub(super) ca: Option<PathBuf>,
}

/// From when on it is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tls {
    /// Never.
    Never,
    /// Once both have said hello.
    Asked,
    /// From the first byte.
    First,
}

/// What is no place for mails. It does not show the address, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}: it is mailbox:, smtp://user:password@host:587 or smtps://user:password@host:465")]
pub struct BadMailUrl(&'static str);

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({}:{}, {:?})", self.host, self.port, self.tls)
    }
}

impl FromStr for MailUrl {
    type Err = BadMailUrl;

    fn from_str(text: &str) -> Result<Self, BadMailUrl> {
        if text == "mailbox:" {
            return Ok(Self::Mailbox);
        }
        let uri: Uri = text.parse().map_err(|_| BadMailUrl("it is no address"))?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(BadMailUrl("it names no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_wrapped = match uri.scheme_str() {
            Some("smtp") => false,
            Some("smtps") => true,
            _ => return Err(BadMailUrl("it is of no scheme that is known")),
        };
        if !matches!(uri.path(), "" | "/") {
            return Err(BadMailUrl("it has a path"));
        }
        let login = login(&uri)?;
        let (mut tls, mut ca) = (None, None);
        for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("tls", "none")) if !is_wrapped => tls = Some(Tls::Never),
                Some(("tls", "required")) if !is_wrapped => tls = Some(Tls::Asked),
                Some(("ca", path)) => {
                    ca = Some(PathBuf::from(unescaped(path).ok_or(BadMailUrl("its ca is no path"))?));
                }
                _ => return Err(BadMailUrl("it has a parameter that is not known")),
            }
        }
        let unasked = if is_wrapped {
            Tls::First
        } else if is_here(&host) {
            Tls::Never
        } else {
            Tls::Asked
        };
        let tls = tls.unwrap_or(unasked);
        if tls == Tls::Never && login.is_some() && !is_here(&host) {
            return Err(BadMailUrl("it would send a password in the clear"));
        }
        let port = uri.port_u16().unwrap_or(if is_wrapped { 465 } else { 587 });
        Ok(Self::Smtp(Server { host, port, tls, login, ca }))
    }
}

/// User and password, where they stand in it.
fn login(uri: &Uri) -> Result<Option<(String, String)>, BadMailUrl> {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let Some((login, _)) = authority.rsplit_once('@') else { return Ok(None) };
    let (user, password) = login.split_once(':').ok_or(BadMailUrl("it names a user without a password"))?;
    let both = unescaped(user).zip(unescaped(password));
    both.map(Some).ok_or(BadMailUrl("its user or password is not escaped as it should be"))
}

/// Whether it is this machine.
fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A text in which `%40` stands for `@` (RFC 3986).
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses_of_servers() {
        let check = |text: &str, host: &str, port: u16, tls: Tls, login: Option<(&str, &str)>| {
            let MailUrl::Smtp(server) = text.parse().unwrap() else { panic!("{text}") };
            let given = server.login.as_ref().map(|(user, password)| (user.as_str(), password.as_str()));
            assert_eq!(
                (server.host.as_str(), server.port, server.tls, given),
                (host, port, tls, login),
                "{text}"
            );
            assert!(!format!("{server:?}").contains("pass"), "{server:?}");
        };
        check("smtp://mail.example", "mail.example", 587, Tls::Asked, None);
        check("smtp://u%40x:p%2Fass@mail.example:25", "mail.example", 25, Tls::Asked, Some(("u@x", "p/ass")));
        check("smtps://u:pass@mail.example", "mail.example", 465, Tls::First, Some(("u", "pass")));
        check("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Tls::Never, None);
        check("smtp://[::1]:1025/", "::1", 1025, Tls::Never, None);
        check("smtp://localhost?tls=required&ca=/etc/a%20b.pem", "localhost", 587, Tls::Asked, None);
        check("smtp://relay.internal:25?tls=none", "relay.internal", 25, Tls::Never, None);
        assert_eq!("mailbox:".parse(), Ok(MailUrl::Mailbox));
    }

    #[test]
    fn refuses_what_is_none() {
        let check = |text: &str, why: &str| {
            let error = text.parse::<MailUrl>().unwrap_err().to_string();
            assert!(error.starts_with(why) && !error.contains("secret"), "{text}: {error}");
        };
        check("", "it is no address");
        check("mailbox:/tmp", "it is");
        check("http://u:secret@h", "it is of no scheme");
        check("smtp://u@h", "it names a user without");
        check("smtp://u:secret%4@h", "its user or password");
        check("smtp://u:secret@h?tls=none", "it would send a password");
        check("smtps://h?tls=none", "it has a parameter");
        check("smtp://h/secret", "it has a path");
    }
}
