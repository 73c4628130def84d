//! Percent-encoding in its normal form (RFC 3986 section 6.2.2, and readable UTF-8), and undone for whoever looks for secrets.

use std::borrow::Cow;

/// How often an encoding is undone: more often nobody encodes.
const ROUNDS_MAX: usize = 4;

/// Adds a text with its percent-encoding in normal form: hex in capitals, unreserved characters and readable UTF-8 decoded.
pub(super) fn push_readable(out: &mut String, text: &str) {
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

/// `text` with its percent-encoding undone, however often it was encoded; what is no UTF-8 becomes U+FFFD. To be looked at, not
/// to be kept: `100%2525` has become `100%`.
pub(super) fn undone(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..ROUNDS_MAX {
        match undone_once(&text) {
            Some(decoded) => text = Cow::Owned(decoded),
            None => break,
        }
    }
    text
}

fn undone_once(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut at = bytes.iter().position(|byte| *byte == b'%')?;
    let (mut out, mut changed) = (bytes[..at].to_vec(), false);
    while let Some(byte) = bytes.get(at) {
        let (byte, length) = encoded(&bytes[at..]).unwrap_or((*byte, 1));
        changed |= length > 1;
        out.push(byte);
        at += length;
    }
    changed.then(|| String::from_utf8_lossy(&out).into_owned())
}

/// The byte that is percent-encoded at the beginning of `bytes`, and how many bytes its encoding has. `%2540` is `%40`, encoded
/// once more.
pub(super) fn encoded(bytes: &[u8]) -> Option<(u8, usize)> {
    let mut byte = bytes.first().filter(|first| **first == b'%').and_then(|_| hex(bytes.get(1..3)?))?;
    let mut at = 3;
    while byte == b'%'
        && let Some(next) = bytes.get(at..at + 2).and_then(hex)
    {
        (byte, at) = (next, at + 2);
    }
    Some((byte, at))
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*digits.first()?)? * 16 + digit(*digits.get(1)?)?)
}

/// The bytes of the percent-encoded triplets that `text` begins with.
fn leading_bytes(text: &str) -> Vec<u8> {
    let triplets = text.as_bytes().chunks_exact(3);
    triplets.map_while(|triplet| hex(&triplet[1..]).filter(|_| triplet[0] == b'%')).collect()
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
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
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
