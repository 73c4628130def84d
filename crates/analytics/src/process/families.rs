//! Families of browsers and operating systems by uap-core's patterns (see `data/README.md`): the first that fits wins.
//!
//! Compiled, the 500 patterns take 11 MiB and a quarter of a second. So only the texts that a pattern cannot do without
//! are compiled, all into one automaton, and a pattern itself when those texts first occur in an agent: some dozens in
//! practice.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use regex::{Captures, Regex};
use regex_filtered::mapper::{Builder, Mapper};
use regex_filtered::model::Model;
use serde::Deserialize;

const DATA: &str = include_str!("../../data/uap-core.json");

/// The shortest text that is looked for; shorter ones are in every agent.
const TEXT_BYTES_MIN: usize = 3;

/// Both lists of the data.
#[derive(Debug, Deserialize)]
struct Lists {
    browsers: Vec<Entry>,
    systems: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    pattern: String,
    family: Option<String>,
}

/// One list of patterns.
pub(super) struct Families {
    /// Finds the texts…
    texts: AhoCorasick,
    /// …and this the patterns that may fit when they occur.
    patterns_of: Mapper,
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    entry: Entry,
    compiled: OnceLock<Option<Regex>>,
}

/// Data that is not what the code expects; a test excludes it.
#[derive(Debug, thiserror::Error)]
#[error("cannot compile the families: {0}")]
pub(super) struct DataError(String);

impl Families {
    /// Browsers and systems.
    pub(super) fn load() -> Result<(Self, Self), DataError> {
        let lists: Lists = serde_json::from_str(DATA).map_err(said)?;
        Ok((Self::new(lists.browsers)?, Self::new(lists.systems)?))
    }

    fn new(entries: Vec<Entry>) -> Result<Self, DataError> {
        let mut builder = Builder::new(TEXT_BYTES_MIN);
        for entry in &entries {
            let parsed = regex_syntax::parse(&entry.pattern).map_err(said)?;
            builder.push(Model::new(&parsed).map_err(said)?);
        }
        let (patterns_of, texts) = builder.build();
        let texts = AhoCorasick::builder().ascii_case_insensitive(true).build(texts).map_err(said)?;
        let pattern = |entry| Pattern { entry, compiled: OnceLock::new() };
        Ok(Self { texts, patterns_of, patterns: entries.into_iter().map(pattern).collect() })
    }

    /// The family of `agent`, or `None` when no pattern fits.
    pub(super) fn find(&self, agent: &str) -> Option<String> {
        let texts = self.texts.find_overlapping_iter(agent).map(|found| found.pattern().as_usize());
        let candidates = self.patterns_of.atom_to_re(texts);
        let mut fitting = candidates.into_iter().filter_map(|at| {
            let pattern = self.patterns.get(at)?;
            Some((pattern, pattern.regex()?.captures(agent)?))
        });
        let (pattern, captures) = fitting.next()?;
        Some(pattern.family(&captures)).filter(|family| !family.is_empty())
    }
}

impl std::fmt::Debug for Families {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Families of {} patterns", self.patterns.len())
    }
}

impl Pattern {
    fn regex(&self) -> Option<&Regex> {
        let compile = || {
            let regex = Regex::new(&self.entry.pattern);
            regex.inspect_err(|error| tracing::error!(%error, "a pattern is left out")).ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    /// The entry's text with `$1`… filled in, else the first group.
    fn family(&self, captures: &Captures<'_>) -> String {
        match &self.entry.family {
            None => captures.get(1).map_or("", |group| group.as_str()).to_owned(),
            Some(family) if !family.contains('$') => family.clone(),
            Some(template) => {
                let mut family = String::new();
                captures.expand(template, &mut family);
                family.trim().to_owned()
            }
        }
    }
}

fn said(error: impl std::fmt::Display) -> DataError {
    DataError(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use ua_parser::{os, user_agent};

    use super::*;

    #[test]
    fn every_pattern_compiles() {
        let (browsers, systems) = Families::load().unwrap();
        let patterns = || browsers.patterns.iter().chain(&systems.patterns);
        assert!(patterns().all(|pattern| pattern.regex().is_some()));
        assert!(patterns().count() > 500);
    }

    /// The peer compiles all patterns at once and is otherwise what this file does.
    #[test]
    fn says_what_the_peer_says() {
        let lists: Lists = serde_json::from_str(DATA).unwrap();
        let browser = |entry: Entry| user_agent::Parser {
            regex: Cow::Owned(entry.pattern),
            family_replacement: entry.family.map(Cow::Owned),
            ..user_agent::Parser::default()
        };
        let system = |entry: Entry| os::Parser {
            regex: Cow::Owned(entry.pattern),
            os_replacement: entry.family.map(Cow::Owned),
            ..os::Parser::default()
        };
        let parsers: Vec<_> = lists.browsers.into_iter().map(browser).collect();
        let peer = user_agent::Builder::new().push_all(parsers).unwrap().build().unwrap();
        let parsers: Vec<_> = lists.systems.into_iter().map(system).collect();
        let peer_os = os::Builder::new().push_all(parsers).unwrap().build().unwrap();

        let (browsers, systems) = Families::load().unwrap();
        let people = super::super::agent::tests::PEOPLE.iter().map(|person| person.0.to_owned());
        let agents: Vec<String> = people.chain(super::super::bots::tests::examples()).collect();
        let (mut some, filled) = (0, |text: String| Some(text).filter(|text| !text.is_empty()));
        for agent in &agents {
            let expected = peer.extract(agent).and_then(|found| filled(found.family.into_owned()));
            assert_eq!(browsers.find(agent), expected, "{agent}");
            let expected = peer_os.extract(agent).and_then(|found| filled(found.os.into_owned()));
            assert_eq!(systems.find(agent), expected, "{agent}");
            some += usize::from(expected.is_some());
        }
        assert!(agents.len() > 1_700 && some > 200, "{some} of {}", agents.len());
    }
}
