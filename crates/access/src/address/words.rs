//! Addresses in the midst of a text: in an error's message, in what a click was on, in the body of a form.

use std::borrow::Cow;

use super::readable::undone;
use super::{Addresses, has_query, is_absolute};

const MAIL: &str = "mailto:";
/// What may stand before a path in a text.
const OPENING: [char; 6] = ['(', '[', '{', '\'', '`', ':'];

impl Addresses<'_> {
    /// A text of which it is not known whether it is an address, with the addresses in it as they are written down.
    pub fn clean_text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !may_hold_address(text) {
            return Cow::Borrowed(text);
        }
        if is_absolute(text) { self.clean(text) } else { self.clean_words(text, Self::word) }
    }

    /// What stands where no text belongs, such as a form's body in the place of JSON: pairs lose their values, too.
    pub fn clean_raw<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.clean_words(text, Self::raw_word)
    }

    /// `text` with each of its words as `clean` has it, unless that is `None`.
    fn clean_words<'t>(&self, text: &'t str, clean: fn(&Self, &str) -> Option<String>) -> Cow<'t, str> {
        let is_end = |letter: char| letter.is_whitespace() || matches!(letter, '"' | '<' | '>');
        let (mut out, mut at): (Option<String>, usize) = (None, 0);
        for piece in text.split_inclusive(is_end) {
            let word = piece.trim_end_matches(is_end);
            if let Some(clean) = clean(self, word) {
                let out = out.get_or_insert_with(|| text[..at].to_owned());
                out.push_str(&clean);
                out.push_str(&piece[word.len()..]);
            } else if let Some(out) = &mut out {
                out.push_str(piece);
            }
            at += piece.len();
        }
        out.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// A word as it is written down, if that is another.
    fn word(&self, word: &str) -> Option<String> {
        if !may_hold_address(word) {
            return None;
        }
        let whole = match address_start(word) {
            Some(_) => Cow::Borrowed(word),
            // It may be encoded as a whole.
            None => undone(word),
        };
        let start = address_start(&whole)?;
        let clean = self.clean(&whole[start..]);
        (clean != whole[start..]).then(|| [&whole[..start], clean.as_ref()].concat())
    }

    fn raw_word(&self, word: &str) -> Option<String> {
        let is_pair = |name: &str| !name.contains(['?', '#']) && !name.contains("://");
        match word.split_once('=') {
            Some((name, _)) if is_pair(name) => Some(self.query(word)).filter(|clean| clean != word),
            _ => self.word(word),
        }
    }
}

/// Where the address begins that is in a word.
fn address_start(word: &str) -> Option<usize> {
    let open = word.len() - word.trim_start_matches(OPENING).len();
    if word[open..].starts_with('/') {
        return Some(open);
    }
    let mail = || word.as_bytes().windows(MAIL.len()).position(|at| at.eq_ignore_ascii_case(MAIL.as_bytes()));
    match scheme_start(word).or_else(mail) {
        // What is behind a question mark is part of an address that began before.
        Some(start) if !word[..start].contains(['?', '#']) => Some(start),
        _ => has_query(word).then_some(0),
    }
}

/// Where the scheme of `scheme://` begins.
fn scheme_start(word: &str) -> Option<usize> {
    let end = word.find("://")?;
    let of_scheme = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let length = word.as_bytes()[..end].iter().rev().take_while(of_scheme).count();
    let scheme = &word[end - length..end];
    scheme.find(|letter: char| letter.is_ascii_alphabetic()).map(|letter| end - length + letter)
}

fn may_hold_address(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'/' | b'?' | b'#' | b'%' | b'@'))
}
