//! Which agents are crawlers, by the data of `crawler-user-agents` (see `data/README.md`).
//!
//! The data lists curl, axios and every server library too, so the rule is applied only to what browsers send (kassa's
//! tracker, Segment's browser libraries); [`super::steps`] sees to that.

use aho_corasick::AhoCorasick;
use regex::RegexSet;
use serde::Deserialize;

const DATA: &str = include_str!("../../data/crawler-user-agents.json");

/// The compiled data: nearly all patterns are plain texts, which one automaton finds in one pass.
#[derive(Debug)]
pub(super) struct Bots {
    texts: AhoCorasick,
    patterns: RegexSet,
}

#[derive(Deserialize)]
struct Crawler {
    pattern: String,
}

/// Data that is not what the code expects; a test excludes it.
#[derive(Debug, thiserror::Error)]
pub(super) enum DataError {
    /// Not the JSON that `data/update` writes.
    #[error("cannot read the crawlers: {0}")]
    Json(#[from] serde_json::Error),
    /// A pattern that is no regular expression.
    #[error("cannot compile the crawlers: {0}")]
    Pattern(#[from] regex::Error),
    /// Too many texts for one automaton.
    #[error("cannot compile the crawlers: {0}")]
    Texts(#[from] aho_corasick::BuildError),
}

impl Bots {
    /// Compiles the embedded data: some milliseconds, so it is done when the first agent is seen.
    pub(super) fn load() -> Result<Self, DataError> {
        let crawlers: Vec<Crawler> = serde_json::from_str(DATA)?;
        let (mut texts, mut patterns) = (Vec::new(), Vec::new());
        for crawler in crawlers {
            match plain_text(&crawler.pattern) {
                Some(text) => texts.push(text),
                None => patterns.push(crawler.pattern),
            }
        }
        Ok(Self { texts: AhoCorasick::new(texts)?, patterns: RegexSet::new(patterns)? })
    }

    /// Whether `agent` is a crawler's.
    pub(super) fn is_bot(&self, agent: &str) -> bool {
        self.texts.is_match(agent) || self.patterns.is_match(agent)
    }
}

/// The text that `pattern` stands for, if it is nothing but one: `Googlebot\/` is `Googlebot/`.
fn plain_text(pattern: &str) -> Option<String> {
    let mut text = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.push(letters.next().filter(|escaped| !escaped.is_ascii_alphanumeric())?),
            '[' | ']' | '(' | ')' | '{' | '}' | '?' | '*' | '+' | '|' | '^' | '$' | '.' => return None,
            _ => text.push(letter),
        }
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Examples of crawlers' agents.
    pub(in crate::process) fn examples() -> Vec<String> {
        #[derive(Deserialize)]
        struct Example {
            instances: Vec<String>,
        }
        let examples: Vec<Example> = serde_json::from_str(DATA).unwrap();
        examples.into_iter().flat_map(|example| example.instances).collect()
    }

    #[test]
    fn knows_every_example_of_the_data() {
        let (bots, examples) = (Bots::load().unwrap(), examples());
        let unknown: Vec<_> = examples.iter().filter(|agent| !bots.is_bot(agent)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert!(examples.len() > 1_700, "{}", examples.len());
    }

    #[test]
    fn people_are_no_bots() {
        let bots = Bots::load().unwrap();
        for agent in super::super::agent::tests::PEOPLE {
            assert!(!bots.is_bot(agent.0), "{}", agent.0);
        }
        assert!(!bots.is_bot(""));
    }

    #[test]
    fn tells_texts_from_patterns() {
        assert_eq!(plain_text(r"Googlebot\/").as_deref(), Some("Googlebot/"));
        assert_eq!(plain_text(r"a\.b").as_deref(), Some("a.b"));
        assert_eq!(plain_text(r"\d"), None);
        assert_eq!(plain_text("[wW]get"), None);
    }
}
