//! Which agents are crawlers, by the data of `crawler-user-agents` and kassa's own (see `data/README.md`).
//!
//! The data lists curl, axios and every server library too. Those are no crawlers but legitimate senders, except where a
//! browser's library says that it runs in a page: [`super::steps`] sees to that.

use aho_corasick::AhoCorasick;
use regex::RegexSet;
use serde::Deserialize;

const DATA: &str = include_str!("../../data/crawler-user-agents.json");
const OWN_DATA: &str = include_str!("../../data/own-agents.json");

/// Who an agent is, if it is no person's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Machine {
    /// As far as can be told a person's.
    #[default]
    No,
    /// A program's: a bot where only people are expected.
    Library,
    /// A crawler, or a browser that a program drives: a bot everywhere.
    Crawler,
}

/// The compiled data: nearly all patterns are plain texts, which one automaton finds in one pass.
#[derive(Debug)]
pub(super) struct Bots {
    texts: AhoCorasick,
    patterns: RegexSet,
    /// How the agents of libraries begin, in lower case.
    libraries: Vec<String>,
}

#[derive(Deserialize)]
struct Crawler {
    pattern: String,
}

#[derive(Deserialize)]
struct Own {
    crawlers: Vec<Crawler>,
    libraries: Vec<String>,
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
        let own: Own = serde_json::from_str(OWN_DATA)?;
        let (mut texts, mut patterns) = (Vec::new(), Vec::new());
        for crawler in crawlers.into_iter().chain(own.crawlers) {
            match plain_text(&crawler.pattern) {
                Some(text) => texts.push(text),
                None => patterns.push(crawler.pattern),
            }
        }
        let (texts, patterns) = (AhoCorasick::new(texts)?, RegexSet::new(patterns)?);
        Ok(Self { texts, patterns, libraries: own.libraries })
    }

    /// Whether `agent` is a machine's.
    pub(super) fn machine(&self, agent: &str) -> Machine {
        let product = agent.split(['/', ' ', '(', ';']).next().unwrap_or_default();
        let is_library = self.libraries.iter().any(|library| library.eq_ignore_ascii_case(product));
        match is_library {
            true => Machine::Library,
            false if self.texts.is_match(agent) || self.patterns.is_match(agent) => Machine::Crawler,
            false => Machine::No,
        }
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
        #[derive(Deserialize)]
        struct OwnExamples {
            crawlers: Vec<Example>,
        }
        let mut examples: Vec<Example> = serde_json::from_str(DATA).unwrap();
        let own: OwnExamples = serde_json::from_str(OWN_DATA).unwrap();
        examples.extend(own.crawlers);
        examples.into_iter().flat_map(|example| example.instances).collect()
    }

    #[test]
    fn knows_every_example_of_the_data() {
        let (bots, examples) = (Bots::load().unwrap(), examples());
        let unknown: Vec<_> = examples.iter().filter(|agent| bots.machine(agent) == Machine::No).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert!(examples.len() > 1_700, "{}", examples.len());
    }

    #[test]
    fn libraries_are_no_crawlers() {
        let bots = Bots::load().unwrap();
        for agent in [
            "curl/8.4.0",
            "python-requests/2.31.0",
            "axios/1.6.2",
            "node",
            "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
            "okhttp/4.12.0",
            "Go-http-client/1.1",
            "PostmanRuntime/7.36.0",
            "GuzzleHttp/7",
            "Java/17.0.1",
            "analytics-node/6.2.0",
            "@segment/analytics-node/3.1.0",
            "kassa/0.2",
        ] {
            assert_eq!(bots.machine(agent), Machine::Library, "{agent}");
        }
        assert_eq!(bots.machine(""), Machine::No);
    }

    #[test]
    fn tells_texts_from_patterns() {
        assert_eq!(plain_text(r"Googlebot\/").as_deref(), Some("Googlebot/"));
        assert_eq!(plain_text(r"a\.b").as_deref(), Some("a.b"));
        assert_eq!(plain_text(r"\d"), None);
        assert_eq!(plain_text("[wW]get"), None);
    }
}
