//! Regular expressions of the filter `matches`: the part of the syntax on which RE2 (in the engines) and the crate
//! `regex` (in the reference) agree. Anything else is refused with a sentence, never answered in two ways, and never
//! handed to an engine that would fail on it.
//!
//! `\d`, `\w` and `\s` mean ASCII, as in RE2; they are spelled out as classes before either engine sees them.

mod automaton;
mod reader;
#[cfg(test)]
mod tests;

use regex::{Regex, RegexBuilder};

use crate::Error;

/// The most bytes of a pattern.
const LENGTH_MAX: usize = 1_024;
/// The most memory of a compiled pattern, well below RE2's 8 MiB.
const SIZE_MAX: usize = 1 << 20;

/// A pattern that both engines understand alike.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    /// In the syntax that both engines have.
    common: String,
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
        let common = reader::common(text).map_err(|why| refuse(text, &why))?;
        let regex = RegexBuilder::new(&rust(&common))
            .size_limit(SIZE_MAX)
            .build()
            .map_err(|error| refuse(text, last_line(&error.to_string())))?;
        Ok(Self { common, regex })
    }

    /// What an RE2 engine is given.
    #[cfg(test)]
    pub(crate) fn re2(&self) -> String {
        re2(&self.common)
    }
}

/// One search for any of several values, instead of one for each.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    /// What an RE2 engine is given.
    #[cfg_attr(
        not(any(feature = "duckdb", test)),
        expect(dead_code, reason = "the reference has no such engine")
    )]
    pub(crate) re2: String,
    /// The same in the syntax of the crate `regex`.
    rust: String,
}

impl Search {
    /// For what fits any of `patterns`.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what is wrong with one of them.
    pub(crate) fn fitting(patterns: &[String]) -> Result<Self, Error> {
        let mut read = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            read.push(Pattern::parse(pattern)?.common);
        }
        Ok(Self::of(&read.join(")|(?:")))
    }

    /// For what has any of `texts` as a part.
    pub(crate) fn containing(texts: &[String]) -> Self {
        let read: Vec<String> = texts.iter().map(|text| reader::literal(text)).collect();
        Self::of(&read.join(")|(?:"))
    }

    fn of(common: &str) -> Self {
        let common = format!("(?:{common})");
        Self { re2: re2(&common), rust: rust(&common) }
    }

    /// How many states its automaton has, up to `most`; `None` if it has more.
    pub(crate) fn states(&self, most: usize) -> Option<usize> {
        automaton::states(&self.rust, most)
    }
}

fn rust(common: &str) -> String {
    common.replace(reader::WORD_BOUNDARY, r"(?-u:\b)")
}

/// In a group: DuckDB rewrites a pattern of nothing but characters and anchors into LIKE, and is wrong about anchors that
/// do not stand at its ends (`$a`, `a^`, `(?:)a`).
fn re2(common: &str) -> String {
    format!("({})", common.replace(reader::WORD_BOUNDARY, r"\b"))
}

fn refuse(text: &str, why: &str) -> Error {
    let shown: String = text.chars().take(80).collect();
    Error::Invalid(format!("cannot use the regular expression {shown:?}: {why}"))
}

fn last_line(message: &str) -> &str {
    message.lines().last().unwrap_or(message).trim_start_matches("error: ")
}
