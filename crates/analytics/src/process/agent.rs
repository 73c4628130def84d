//! Device, browser and operating system from a User-Agent, and whether it is a crawler's.
//!
//! Browser and system are families (`Chrome Mobile`, `Mac OS X`) by [`super::families`]; the kind of device is told by a few
//! words of the agent, as the data knows models but not kinds. Patterns are slow, so what they say is kept by the
//! agent's text.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::bots::{Bots, Machine};
use super::families::Families;

/// How many agents one generation of the cache keeps; there are two.
const CACHE_AGENTS_MAX: usize = 4_096;

/// What an agent's text says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Agent {
    /// `desktop`, `mobile`, `tablet`, `tv` or `console`.
    pub(super) device: Option<&'static str>,
    /// The browser's family.
    pub(super) browser: Option<String>,
    /// The system's family.
    pub(super) os: Option<String>,
    /// Whether the text is a machine's.
    pub(super) machine: Machine,
}

/// The compiled data, once per process.
static PARSERS: LazyLock<Parsers> = LazyLock::new(Parsers::load);

/// What agents said lately.
#[derive(Debug, Default)]
pub(super) struct Agents {
    recent: HashMap<String, Arc<Agent>>,
    older: HashMap<String, Arc<Agent>>,
}

/// The compiled data; empty if the embedded files were broken, which a test excludes.
#[derive(Debug, Default)]
struct Parsers {
    browsers: Option<Families>,
    systems: Option<Families>,
    bots: Option<Bots>,
}

impl Agents {
    /// What `text` says; from the cache nearly always.
    pub(super) fn parse(&mut self, text: &str) -> Arc<Agent> {
        if let Some(agent) = self.recent.get(text) {
            return Arc::clone(agent);
        }
        let agent = match self.older.remove(text) {
            Some(agent) => agent,
            None => Arc::new(PARSERS.parse(text)),
        };
        if self.recent.len() >= CACHE_AGENTS_MAX {
            self.older = std::mem::take(&mut self.recent);
        }
        self.recent.insert(text.to_owned(), Arc::clone(&agent));
        agent
    }
}

impl Parsers {
    fn load() -> Self {
        let bots = Bots::load().inspect_err(|error| tracing::error!(%error, "bots are not marked")).ok();
        let families = Families::load();
        let families = families.inspect_err(|error| tracing::error!(%error, "browsers are not told"));
        let (browsers, systems) = families.ok().unzip();
        Self { browsers, systems, bots }
    }

    fn parse(&self, text: &str) -> Agent {
        let find = |families: &Option<Families>| {
            families.as_ref().and_then(|families| families.find(text)).filter(|name| is_family(name))
        };
        Agent {
            device: device_of(text),
            browser: find(&self.browsers),
            os: find(&self.systems),
            machine: self.bots.as_ref().map_or(Machine::No, |bots| bots.machine(text)),
        }
    }
}

fn is_family(name: &str) -> bool {
    name.len() <= 255 && name != "Other"
}

/// The kind of device, by words that its makers put into the agent.
fn device_of(agent: &str) -> Option<&'static str> {
    let has = |words: &[&str]| words.iter().any(|word| agent.contains(word));
    if has(&[
        "SMART-TV", "SmartTV", "Smart TV", "HbbTV", "AppleTV", "GoogleTV", "BRAVIA", "Web0S", "Roku", "CrKey",
    ]) {
        return Some("tv");
    }
    if has(&["PlayStation", "PLAYSTATION", "Xbox", "Nintendo"]) {
        return Some("console");
    }
    let mobile =
        has(&["Mobi", "iPhone", "iPod", "Opera Mini", "BlackBerry", "BB10", "KAIOS", "Windows Phone"]);
    if has(&["iPad", "Tablet", "Kindle", "PlayBook"]) || (has(&["Android", "Silk/"]) && !mobile) {
        return Some("tablet");
    }
    if mobile {
        return Some("mobile");
    }
    has(&["Windows", "Macintosh", "X11", "CrOS", "Linux"]).then_some("desktop")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Agents of people: text, device, browser, system.
    pub(in crate::process) const PEOPLE: &[(&str, &str, &str, &str)] = &[
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "desktop",
            "Chrome",
            "Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
            "desktop",
            "Safari",
            "Mac OS X",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
            "mobile",
            "Mobile Safari",
            "iOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
            "mobile",
            "Chrome Mobile",
            "Android",
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "tablet",
            "Mobile Safari",
            "iOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "tablet",
            "Chrome",
            "Android",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
            "desktop",
            "Firefox",
            "Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "desktop",
            "Edge",
            "Windows",
        ),
    ];

    #[test]
    fn tells_device_browser_and_system() {
        let mut agents = Agents::default();
        for (text, device, browser, os) in PEOPLE {
            let agent = agents.parse(text);
            let found = (agent.device, agent.browser.as_deref(), agent.os.as_deref(), agent.machine);
            assert_eq!(found, (Some(*device), Some(*browser), Some(*os), Machine::No), "{text}");
        }
        assert_eq!(*agents.parse(""), Agent::default());
    }

    /// The lines of a file of examples.
    fn examples(text: &'static str) -> impl Iterator<Item = &'static str> {
        text.lines().filter(|line| !line.starts_with('#'))
    }

    #[test]
    fn knows_people_by_what_they_use() {
        let (mut agents, mut count) = (Agents::default(), 0);
        for line in examples(include_str!("../../data/examples/people.tsv")) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [device, browser, os, text] = fields.as_slice() else { panic!("{line}") };
            let agent = agents.parse(text);
            let found = [agent.device, agent.browser.as_deref(), agent.os.as_deref()];
            assert_eq!(found.map(|name| name.unwrap_or("-")), [*device, *browser, *os], "{text}");
            assert_eq!(agent.machine, Machine::No, "{text}");
            count += 1;
        }
        assert!(count >= 150, "{count}");
    }

    #[test]
    fn knows_crawlers_and_browsers_that_programs_drive() {
        let (mut agents, mut count) = (Agents::default(), 0);
        for text in examples(include_str!("../../data/examples/bots.tsv")) {
            assert_eq!(agents.parse(text).machine, Machine::Crawler, "{text}");
            count += 1;
        }
        assert!(count >= 60, "{count}");
    }

    /// The list's own pattern named every app that says `android/1.2.3` after a browser Phantom.
    #[test]
    fn an_app_is_not_another_s() {
        let mut agents = Agents::default();
        let agent = |app: &str| {
            format!(
                "Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 \
                 Chrome/131.0.6778.81 Mobile Safari/537.36 {app}"
            )
        };
        let mut browser = |app: &str| agents.parse(&agent(app)).browser.clone();
        assert_eq!(browser("MyShop android/4.12.3").as_deref(), Some("Chrome Mobile WebView"));
        assert_eq!(browser("Phantom/android 4.12.3").as_deref(), Some("Phantom"));
    }

    #[test]
    fn the_cache_is_bounded_and_changes_nothing() {
        let mut agents = Agents::default();
        let first = agents.parse(PEOPLE[0].0);
        for n in 0..3 * CACHE_AGENTS_MAX {
            agents.parse(&format!("agent {n}"));
        }
        assert!(agents.recent.len() + agents.older.len() <= 2 * CACHE_AGENTS_MAX);
        assert_eq!(agents.parse(PEOPLE[0].0), first);
    }
}
