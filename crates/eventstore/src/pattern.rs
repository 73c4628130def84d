//! Regular expressions of the filter `matches`: the part of the syntax on which RE2 (in the engines) and the crate
//! `regex` (in the reference) agree. Anything else is refused with a sentence, never answered in two ways.
//!
//! `\d`, `\w` and `\s` mean ASCII, as in RE2; they are spelled out as classes before either engine sees them.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};

use crate::Error;

/// The most bytes of a pattern.
const LENGTH_MAX: usize = 1_024;
/// The largest repetition that RE2 takes.
const REPEAT_MAX: u32 = 1_000;
/// The most memory of a compiled pattern, well below RE2's 8 MiB.
const SIZE_MAX: usize = 1 << 20;

/// A pattern that both engines understand alike.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// What an RE2 engine is given.
    #[cfg_attr(
        not(any(feature = "duckdb", test)),
        expect(dead_code, reason = "the reference has no such engine")
    )]
    pub(crate) re2: String,
    /// The same, compiled for the reference.
    pub(crate) regex: Regex,
}

impl Pattern {
    /// Reads `text`.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > LENGTH_MAX {
            return Err(refuse(text, "it is longer than 1,024 bytes"));
        }
        let re2 = common(text).map_err(|why| refuse(text, &why))?;
        let rust = re2.replace(WORD_BOUNDARY, r"(?-u:\b)");
        let regex = RegexBuilder::new(&rust)
            .size_limit(SIZE_MAX)
            .build()
            .map_err(|error| refuse(text, last_line(&error.to_string())))?;
        Ok(Self { re2: re2.replace(WORD_BOUNDARY, r"\b"), regex })
    }
}

/// Stands for `\b` in between, as the two engines spell an ASCII word boundary differently. A private-use character.
const WORD_BOUNDARY: char = '\u{f8fb}';

fn refuse(text: &str, why: &str) -> Error {
    let shown: String = text.chars().take(80).collect();
    Error::Invalid(format!("cannot use the regular expression {shown:?}: {why}"))
}

fn last_line(message: &str) -> &str {
    message.lines().last().unwrap_or(message).trim_start_matches("error: ")
}

/// The pattern in the common syntax.
fn common(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => escape(&mut rest, &mut out)?,
            '[' => class(&mut rest, &mut out)?,
            '(' => group(&mut rest, &mut out)?,
            '{' => repetition(&mut rest, &mut out)?,
            '}' => return Err("a single } must be written \\}".to_owned()),
            ']' => return Err("a single ] must be written \\]".to_owned()),
            WORD_BOUNDARY => return Err("it has a character of the private use area".to_owned()),
            _ => out.push(c),
        }
    }
    Ok(out)
}

fn escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), String> {
    match rest.next() {
        None => return Err("it ends in a backslash".to_owned()),
        Some('d') => out.push_str("[0-9]"),
        Some('D') => out.push_str("[^0-9]"),
        Some('w') => out.push_str("[0-9A-Za-z_]"),
        Some('W') => out.push_str("[^0-9A-Za-z_]"),
        Some('s') => out.push_str(r"[\t\n\f\r ]"),
        Some('S') => out.push_str(r"[^\t\n\f\r ]"),
        Some('b') => out.push(WORD_BOUNDARY),
        Some(c @ ('A' | 'z' | 't' | 'n' | 'r' | 'f')) => out.extend(['\\', c]),
        Some(c) if c.is_ascii_punctuation() && !matches!(c, '<' | '>' | '_') => out.extend(['\\', c]),
        Some(c) => return Err(format!("\\{c} is not known")),
    }
    Ok(())
}

/// Reads from behind `[` to its `]`.
fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), String> {
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if rest.peek() == Some(&']') {
        return Err("a ] in brackets must be written \\]".to_owned());
    }
    while let Some(c) = rest.next() {
        match c {
            ']' => {
                out.push(']');
                return Ok(());
            }
            '\\' => class_escape(rest, out)?,
            '[' => return Err("a [ in brackets must be written \\[".to_owned()),
            '&' | '~' => out.extend(['\\', c]),
            '-' if rest.peek() == Some(&'-') => return Err("-- in brackets is not known".to_owned()),
            WORD_BOUNDARY => return Err("it has a character of the private use area".to_owned()),
            _ => out.push(c),
        }
    }
    Err("a bracket is not closed".to_owned())
}

fn class_escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), String> {
    match rest.next() {
        Some('d') => out.push_str("0-9"),
        Some('w') => out.push_str("0-9A-Za-z_"),
        Some('s') => out.push_str(r"\t\n\f\r "),
        Some(c @ ('t' | 'n' | 'r' | 'f')) => out.extend(['\\', c]),
        Some(c) if c.is_ascii_punctuation() && !matches!(c, '<' | '>' | '_') => out.extend(['\\', c]),
        _ => return Err("an escape in brackets is not known".to_owned()),
    }
    Ok(())
}

/// Reads what follows `(`: nothing, `?:`, or `?flags:` of i, m, s and U.
fn group(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), String> {
    out.push('(');
    if rest.next_if_eq(&'?').is_none() {
        return Ok(());
    }
    out.push('?');
    while let Some(c) = rest.next_if(|c| matches!(c, 'i' | 'm' | 's' | '-')) {
        out.push(c);
    }
    match rest.next() {
        Some(end @ (':' | ')')) => {
            out.push(end);
            Ok(())
        }
        _ => Err("only (?:…) and the flags i, m and s are known behind (?".to_owned()),
    }
}

/// Reads `{n}`, `{n,}` or `{n,m}` from behind the brace.
fn repetition(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), String> {
    let mut inside = String::new();
    loop {
        match rest.next() {
            Some('}') => break,
            Some(c) if c.is_ascii_digit() || c == ',' => inside.push(c),
            _ => return Err("a single { must be written \\{".to_owned()),
        }
    }
    let mut bounds = inside.splitn(2, ',');
    let low = bounds.next().unwrap_or_default();
    let high = bounds.next().filter(|high| !high.is_empty());
    for bound in [Some(low), high].into_iter().flatten() {
        if bound.parse::<u32>().is_ok_and(|bound| bound <= REPEAT_MAX) {
            continue;
        }
        return Err("a repetition needs numbers up to 1,000".to_owned());
    }
    out.push('{');
    out.push_str(&inside);
    out.push('}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_out_what_the_engines_read_differently() {
        let check = |text: &str, re2: &str| assert_eq!(Pattern::parse(text).unwrap().re2, re2, "{text}");
        check("^/shop", "^/shop");
        check(r"\d+", "[0-9]+");
        check(r"[\d\s.]", r"[0-9\t\n\f\r .]");
        check(r"\bmug\b", r"\bmug\b");
        check("(?i)a|b(?:c)", "(?i)a|b(?:c)");
        check("a{2,3}", "a{2,3}");
        check("[a&&b]", r"[a\&\&b]");
        assert!(Pattern::parse(r"\d").unwrap().regex.find("٣").is_none());
        assert!(Pattern::parse(r"\bä").unwrap().regex.find("ä").is_none());
    }

    #[test]
    fn refuses_what_they_do_not_share() {
        for bad in [
            "(",
            "[",
            "a{",
            "a{1001}",
            r"\u0041",
            r"\B",
            "(?x)a",
            "(?<n>a)",
            "[[:alpha:]]",
            "[a--b]",
            "*",
            "\\",
            "a)",
            "(?P<n>a)",
            "(a{1000}){1000}",
        ] {
            assert!(matches!(Pattern::parse(bad), Err(Error::Invalid(_))), "{bad}");
        }
    }
}
