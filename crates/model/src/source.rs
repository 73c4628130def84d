//! The sources that people know, by host, by app or by a word of `utm_source`: a name and what kind of source it is. The
//! facts lie in `data/` as two tables that are part of the binary.
//!
//! ```text
//! google.{}<TAB>Google<TAB>search        this domain under any country's ending, and all below it
//! t.co<TAB>Twitter<TAB>social            this host and all below it
//! fb<TAB>Facebook<TAB>social             a word
//! android-app://com.discord<TAB>…        an app
//! ```

use std::collections::HashMap;
use std::sync::LazyLock;

/// Later tables go before earlier ones.
const TABLES: [&str; 2] = [include_str!("../data/sources.tsv"), include_str!("../data/own-sources.tsv")];

/// The most labels of a host that are looked at, from the end.
const LABELS_MAX: usize = 7;

/// How a pattern for any country's ending ends.
const ANYWHERE: &str = ".{}";

/// A source that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// As people write it. All sources of one name are of one kind.
    pub name: &'static str,
    /// What it is.
    pub kind: SourceKind,
}

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// A search engine.
    Search,
    /// A social network, a messenger, a forum.
    Social,
    /// Videos.
    Video,
    /// A marketplace or a comparison of prices.
    Shopping,
    /// A mailbox, or who sends newsletters.
    Mail,
    /// An assistant.
    Ai,
    /// A network of partners.
    Affiliate,
    /// A network of advertisements.
    Display,
    /// Any other.
    Referral,
    /// Where people pay and come back from: as a referrer it is no source.
    Payment,
}

#[derive(Debug, Default)]
struct Tables {
    /// Hosts, words and apps.
    exact: HashMap<&'static str, Source>,
    /// Domains before a country's ending.
    anywhere: HashMap<&'static str, Source>,
}

static SOURCES: LazyLock<Tables> = LazyLock::new(|| Tables::read(&TABLES));

impl Source {
    /// The source of the host, in lower case and without `www.`, or of the nearest domain above it that has one.
    pub fn of_host(host: &str) -> Option<Self> {
        // No key of the tables has more labels.
        let start = host.rmatch_indices('.').nth(LABELS_MAX - 1).map_or(0, |(dot, _)| dot + 1);
        let mut rest = &host[start..];
        loop {
            let (_, above) = rest.split_once('.')?;
            if let Some(source) = SOURCES.exact.get(rest).or_else(|| SOURCES.in_country(rest)) {
                return Some(*source);
            }
            rest = above;
        }
    }

    /// The source that a word of `utm_source` or an app (`android-app://package`) stands for, in lower case.
    pub fn of_word(word: &str) -> Option<Self> {
        SOURCES.exact.get(word).copied()
    }

    fn names_of(kind: SourceKind) -> Vec<&'static str> {
        let all = SOURCES.exact.values().chain(SOURCES.anywhere.values());
        let mut names: Vec<_> = all.filter(|source| source.kind == kind).map(|source| source.name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl SourceKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Search,
        Self::Social,
        Self::Video,
        Self::Shopping,
        Self::Mail,
        Self::Ai,
        Self::Affiliate,
        Self::Display,
        Self::Referral,
        Self::Payment,
    ];

    /// The names of all sources of this kind, in order.
    pub fn names(self) -> &'static [&'static str] {
        static NAMES: LazyLock<[Vec<&'static str>; SourceKind::ALL.len()]> =
            LazyLock::new(|| SourceKind::ALL.map(Source::names_of));
        &NAMES[self as usize]
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "search" => Self::Search,
            "social" => Self::Social,
            "video" => Self::Video,
            "shopping" => Self::Shopping,
            "mail" => Self::Mail,
            "ai" => Self::Ai,
            "affiliate" => Self::Affiliate,
            "display" => Self::Display,
            "referral" => Self::Referral,
            "payment" => Self::Payment,
            _ => return None,
        })
    }
}

impl Tables {
    /// A line that is none is passed over; a test finds it.
    fn read(tables: &[&'static str]) -> Self {
        let mut read = Self::default();
        for (key, source) in tables.iter().flat_map(|table| table.lines()).filter_map(entry) {
            match key.strip_suffix(ANYWHERE) {
                Some(domain) => read.anywhere.insert(domain, source),
                None => read.exact.insert(key, source),
            };
        }
        read
    }

    /// `google.de`, `google.co.uk`: a domain that is known before a country's ending.
    fn in_country(&self, host: &str) -> Option<&Source> {
        let (domain, ending) = host.rsplit_once('.')?;
        if ending.len() > 3 {
            return None;
        }
        let general = domain.rsplit_once('.').filter(|_| ending.len() == 2);
        let below = general.filter(|(_, general)| matches!(*general, "co" | "com" | "net" | "org"));
        self.anywhere.get(domain).or_else(|| self.anywhere.get(below?.0))
    }
}

fn entry(line: &'static str) -> Option<(&'static str, Source)> {
    let (key, rest) = line.split_once('\t').filter(|_| !line.starts_with('#'))?;
    let (name, kind) = rest.split_once('\t')?;
    Some((key, Source { name, kind: SourceKind::parse(kind)? }))
}

#[cfg(test)]
mod tests {
    use super::SourceKind::{Ai, Mail, Payment, Search, Shopping, Social, Video};
    use super::*;

    #[test]
    fn every_line_is_an_entry_and_a_name_has_one_kind() {
        let mut kinds = HashMap::new();
        for line in TABLES.iter().flat_map(|table| table.lines()).filter(|line| !line.starts_with('#')) {
            let (key, source) = entry(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(key, key.to_lowercase(), "{line}");
            assert!(key.contains("://") || key.split('.').count() < LABELS_MAX, "{line}");
            assert!(key.matches("{}").count() <= usize::from(key.ends_with(ANYWHERE)), "{line}");
            assert_eq!(*kinds.entry(source.name).or_insert(source.kind), source.kind, "{line}");
        }
        assert!(kinds.len() > 400, "{}", kinds.len());
        assert!(TABLES.iter().all(|table| table.contains("20")), "the date of the facts");
    }

    #[test]
    fn finds_hosts_and_what_is_below_them() {
        let check = |host: &str, expected: Option<(&str, SourceKind)>| {
            let found = Source::of_host(host).map(|source| (source.name, source.kind));
            assert_eq!(found, expected, "{host}");
        };
        check("google.com", Some(("Google", Search)));
        check("google.co.uk", Some(("Google", Search)));
        check("google.com.br", Some(("Google", Search)));
        check("mail.google.com", Some(("Gmail", Mail)));
        check("gemini.google.com", Some(("Gemini", Ai)));
        check("google.evil.example.com", None);
        check("google.foo.com", None);
        check("google", None);
        check("l.facebook.com", Some(("Facebook", Social)));
        check("notfacebook.com", None);
        check("threads.com", Some(("Threads", Social)));
        check("amazon.de", Some(("Amazon", Shopping)));
        check("pay.amazon.co.uk", Some(("Amazon Pay", Payment)));
        check("checkout.paypal.com", Some(("PayPal", Payment)));
        check("m.youtube.com", Some(("YouTube", Video)));
        check("suche.t-online.de", Some(("T-Online", Search)));
        check("old.reddit.com", Some(("Reddit", Social)));
        check("", None);
        check(&format!("{}www.google.co.uk", "a.".repeat(1_000)), Some(("Google", Search)));
    }

    #[test]
    fn a_word_is_not_every_name_of_the_list() {
        assert_eq!(Source::of_word("fb").map(|source| source.name), Some("Facebook"));
        assert_eq!(Source::of_word("inbox"), None);
        assert!(Source::names_of(SourceKind::Payment).contains(&"PayPal"));
    }
}
