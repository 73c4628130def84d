//! What of an address is a secret: e-mail addresses, tokens, and the parameters that servers write into paths. It is told by its
//! looks or by the name before it, however often it is percent-encoded.
//!
//! ```text
//! /verify/ann%2540example.com       /verify/(email)
//! /reset/4f6aPq81Zk-R0_...          /reset/(token)
//! /p;jsessionid=A1?…                /p
//! /p%3Ftoken%3D1                    /p
//! ```

use std::borrow::Cow;

use super::readable::{encoded, undone};

/// What stands for a segment that is an e-mail address.
const EMAIL: &str = "(email)";
/// What stands for a segment that is a secret.
const TOKEN: &str = "(token)";

/// Sessions that servers write into paths, with a value or without.
const SESSIONS: [&str; 6] = ["jsessionid", "phpsessid", "sessionid", "sid", "cfid", "cftoken"];
/// How the names of parameters end, in lower case and without `_` and `-`, whose values are secrets.
const SECRET_ENDS: [&str; 8] =
    ["token", "secret", "password", "passwd", "sessionid", "signature", "apikey", "email"];
/// Names of such parameters.
const SECRET_NAMES: [&str; 11] =
    ["auth", "authorization", "code", "jwt", "key", "otp", "pass", "pin", "pwd", "sig", "ticket"];
/// Segments, likewise, that are followed by a secret, if what follows has a digit and so many bytes.
const BEFORE_SECRETS: [&str; 17] = [
    "activate",
    "activation",
    "confirm",
    "confirmation",
    "invitation",
    "invite",
    "magic",
    "magiclink",
    "newpassword",
    "otp",
    "passwordreset",
    "reset",
    "resetpassword",
    "token",
    "unsubscribe",
    "verification",
    "verify",
];
const BEHIND_BYTES_MIN: usize = 8;
/// From so many bytes on a segment may be noise and no word.
const NOISE_BYTES_MIN: usize = 32;
/// So many letters and digits in a row, with so many digits among them, are a secret in any case; of a hexadecimal number
/// [`NOISE_BYTES_MIN`] are.
const RUN_BYTES_MIN: usize = 40;
const RUN_DIGITS_MIN: usize = 5;
/// A JSON web token (RFC 7519) begins so and has at least so many bytes.
const WEB_TOKEN: &str = "eyJ";
const WEB_TOKEN_BYTES_MIN: usize = 16;

/// Whether a text has an e-mail address in it.
pub(super) fn is_email(text: &str) -> bool {
    let text = undone(text);
    text.match_indices('@').any(|(at, _)| is_email_at(&text[..at], &text[at + 1..]))
}

fn is_email_at(before: &str, behind: &str) -> bool {
    let host = behind.split(|letter: char| !letter.is_alphanumeric() && !"-.".contains(letter)).next();
    let Some((name, top)) = host.and_then(|host| host.trim_matches('.').rsplit_once('.')) else {
        return false;
    };
    // `logo@2x.png` is a picture, `react@18.2.0` a version.
    let is_scale = name.strip_suffix('x').is_some_and(|scale| scale.parse::<u8>().is_ok());
    before.ends_with(|last: char| last.is_alphanumeric() || "_-+.'".contains(last))
        && !is_scale
        && !top.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text has a token in it: a JSON web token, or what is too long and too mixed for a word. A UUID is none.
pub(super) fn is_token(text: &str) -> bool {
    if text.len() < WEB_TOKEN_BYTES_MIN {
        return false;
    }
    let is_other =
        |letter: char| letter.is_ascii() && !letter.is_ascii_alphanumeric() && !"-._~+".contains(letter);
    undone(text).split(is_other).any(is_token_itself)
}

fn is_token_itself(text: &str) -> bool {
    if text.starts_with(WEB_TOKEN) && text.len() >= WEB_TOKEN_BYTES_MIN {
        return true;
    }
    text.len() >= NOISE_BYTES_MIN && !is_uuid(text) && (is_noise(text) || has_long_run(text))
}

/// Whether letters and digits, capitals and small letters, take turns as in no word or number.
fn is_noise(text: &str) -> bool {
    let kind = |byte: u8| match byte {
        b'0'..=b'9' => 1,
        b'A'..=b'Z' => 2,
        b'a'..=b'z' => 3,
        _ => 0,
    };
    // A word may begin with a capital.
    let is_turn = |pair: &[u8]| match (kind(pair[0]), kind(pair[1])) {
        (0, _) | (_, 0) | (2, 3) => false,
        (one, next) => one != next,
    };
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let turns = text.as_bytes().windows(2).filter(|pair| is_turn(pair)).count();
    digits >= 3 && turns * 4 >= text.len()
}

fn has_long_run(text: &str) -> bool {
    let runs = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
    let is_hex = longest.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes_min = if is_hex { NOISE_BYTES_MIN } else { RUN_BYTES_MIN };
    longest.len() >= bytes_min && longest.bytes().filter(u8::is_ascii_digit).count() >= RUN_DIGITS_MIN
}

fn is_uuid(text: &str) -> bool {
    let fits = |(place, byte): (usize, u8)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && (0..).zip(text.bytes()).all(fits)
}

/// Adds a path as it stands, but for secrets.
pub(super) fn push_path(out: &mut String, path: &str) {
    let mut before = None;
    for segment in path.split('/') {
        if before.is_some() {
            out.push('/');
        }
        out.push_str(&without_secret(segment, before.unwrap_or_default()));
        before = Some(segment);
    }
}

/// A segment of a path, which follows `before`, without what must not be kept.
pub(super) fn without_secret<'t>(segment: &'t str, before: &str) -> Cow<'t, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || !byte.is_ascii();
    let is_behind = segment.len() >= BEHIND_BYTES_MIN
        && segment.bytes().any(|byte| byte.is_ascii_digit())
        && is_named(before, &BEFORE_SECRETS);
    if segment.len() < WEB_TOKEN_BYTES_MIN && !is_behind && segment.bytes().all(plain) {
        return Cow::Borrowed(segment);
    }
    let segment = without_parameters(segment);
    if is_email(&segment) {
        Cow::Borrowed(EMAIL)
    } else if is_behind || is_token(&segment) {
        Cow::Borrowed(TOKEN)
    } else {
        segment
    }
}

/// A segment without the parameters that are secrets (`;jsessionid=1`, `&token=1`), and without a query that is encoded as if it
/// were part of the path (`%3Ftoken%3D1`).
fn without_parameters(segment: &str) -> Cow<'_, str> {
    let segment = encoded_query(segment).map_or(segment, |at| &segment[..at]);
    if !segment.contains([';', '&', '=']) {
        return Cow::Borrowed(segment);
    }
    let mut kept = String::with_capacity(segment.len());
    let (mut rest, mut sign) = (segment, "");
    loop {
        let end = rest.find([';', '&']).unwrap_or(rest.len());
        let parameter = &rest[..end];
        match parameter.split_once('=') {
            Some((name, value)) if !is_secret(name, value) => kept.extend([sign, parameter]),
            Some((name, _)) if sign.is_empty() => kept.extend([name, "="]),
            None if sign.is_empty() || !is_named(parameter, &SESSIONS) => kept.extend([sign, parameter]),
            _ => {}
        }
        let Some(next) = rest.get(end..=end) else { break };
        (sign, rest) = (next, &rest[end + 1..]);
    }
    if kept == segment { Cow::Borrowed(segment) } else { Cow::Owned(kept) }
}

/// Whether the value of a parameter is a secret.
fn is_secret(name: &str, value: &str) -> bool {
    let name_tells = || {
        let letters = letters(name);
        SECRET_NAMES.contains(&letters.as_str()) || SECRET_ENDS.iter().any(|end| letters.ends_with(end))
    };
    !value.is_empty() && (is_named(name, &SESSIONS) || name_tells() || is_email(value) || is_token(value))
}

/// Where an encoded `?`, `#`, `;` or `&` stands that has an equals sign, encoded or not, behind it.
fn encoded_query(segment: &str) -> Option<usize> {
    let bytes = segment.as_bytes();
    let mut begins = None;
    for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'%' | b'=')) {
        let sign = if *byte == b'=' { Some(b'=') } else { encoded(&bytes[at..]).map(|(sign, _)| sign) };
        match sign {
            Some(b'?' | b'#' | b';' | b'&') => begins = begins.or(Some(at)),
            Some(b'=') if begins.is_some() => return begins,
            _ => {}
        }
    }
    None
}

/// Whether `text` is one of `names`, which are in lower case, but for case, `_` and `-`.
fn is_named(text: &str, names: &[&str]) -> bool {
    let letters = || text.bytes().filter(|byte| !b"_-".contains(byte)).map(|byte| byte.to_ascii_lowercase());
    names.iter().any(|name| name.len() <= text.len() && letters().eq(name.bytes()))
}

fn letters(name: &str) -> String {
    name.chars().filter(|letter| !"_-".contains(*letter)).map(|letter| letter.to_ascii_lowercase()).collect()
}
