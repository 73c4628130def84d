//! A visit's facts: where it came from, where it entered, with what. They are taken from the first event of the visit
//! that has a page, in the order of the log, never change after, and stand on every row of the visit from that one on.
//!
//! ```text
//! click (no page)   10:00   started_at 10:00, nothing else is known yet
//! page_view /sale   10:01   started_at 10:00, entry page /sale, source, device… of this event
//! page_view /cart   10:05   the same as the row before
//! ```

use std::sync::Arc;

use crate::{Event, Timestamp};

/// The visit that a row belongs to, as far as it was known when the row was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// When the event happened that opened it, in the order of the log.
    pub started_at: Timestamp,
    /// What its first event with a page told; all empty before there is one.
    pub facts: Arc<VisitFacts>,
}

/// What the first event with a page tells of its visit. Texts are those of the event, within its limits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[expect(missing_docs, reason = "they are documented once, at the event")]
pub struct VisitFacts {
    /// Path of the page; there are facts if and only if there is one.
    pub entry_page: Option<Box<str>>,
    pub host: Option<Box<str>>,
    pub source: Option<Box<str>>,
    pub referrer: Option<Box<str>>,
    pub utm_source: Option<Box<str>>,
    pub utm_medium: Option<Box<str>>,
    pub utm_campaign: Option<Box<str>>,
    pub utm_term: Option<Box<str>>,
    pub utm_content: Option<Box<str>>,
    pub device: Option<Box<str>>,
    pub browser: Option<Box<str>>,
    pub os: Option<Box<str>>,
    pub country: Option<Box<str>>,
}

/// How many texts the facts are.
pub const VISIT_TEXTS: usize = 13;

impl Visit {
    /// The visit with `event` in it, which happened at `time` and follows the others in the log; `before` is what was
    /// known of the visit.
    pub fn with(before: Option<&Self>, event: &Event, time: Timestamp) -> Self {
        match before {
            Some(before) if before.facts.is_known() || event.path.is_none() => before.clone(),
            before => Self {
                started_at: before.map_or(time, |before| before.started_at),
                facts: Arc::new(VisitFacts::of(event)),
            },
        }
    }
}

impl VisitFacts {
    /// What `event` tells of its visit: nothing without a page.
    pub fn of(event: &Event) -> Self {
        if event.path.is_none() {
            return Self::default();
        }
        Self::from_texts([
            event.path.as_deref(),
            event.host.as_deref(),
            event.source.as_deref(),
            event.referrer.as_deref(),
            event.utm_source.as_deref(),
            event.utm_medium.as_deref(),
            event.utm_campaign.as_deref(),
            event.utm_term.as_deref(),
            event.utm_content.as_deref(),
            event.device.as_deref(),
            event.browser.as_deref(),
            event.os.as_deref(),
            event.country.as_deref(),
        ])
    }

    /// Whether there was an event with a page.
    pub fn is_known(&self) -> bool {
        self.entry_page.is_some()
    }

    /// The texts in the order of the fields.
    pub fn texts(&self) -> [Option<&str>; VISIT_TEXTS] {
        [
            self.entry_page.as_deref(),
            self.host.as_deref(),
            self.source.as_deref(),
            self.referrer.as_deref(),
            self.utm_source.as_deref(),
            self.utm_medium.as_deref(),
            self.utm_campaign.as_deref(),
            self.utm_term.as_deref(),
            self.utm_content.as_deref(),
            self.device.as_deref(),
            self.browser.as_deref(),
            self.os.as_deref(),
            self.country.as_deref(),
        ]
    }

    /// The facts of [`Self::texts`].
    pub fn from_texts(texts: [Option<&str>; VISIT_TEXTS]) -> Self {
        let [
            entry_page,
            host,
            source,
            referrer,
            utm_source,
            utm_medium,
            utm_campaign,
            utm_term,
            utm_content,
            device,
            browser,
            os,
            country,
        ] = texts.map(|text| text.map(Box::from));
        Self {
            entry_page,
            host,
            source,
            referrer,
            utm_source,
            utm_medium,
            utm_campaign,
            utm_term,
            utm_content,
            device,
            browser,
            os,
            country,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;

    #[test]
    fn facts_are_those_of_the_first_event_with_a_page() {
        let event = |path: Option<&str>, source: &str| Event {
            path: path.map(str::to_owned),
            source: Some(source.to_owned()),
            ..Event::blank(Dialect::SEGMENT, Timestamp::from_micros(5))
        };
        let time = Timestamp::from_micros;
        let opened = Visit::with(None, &event(None, "Bing"), time(5));
        assert_eq!((opened.started_at, opened.facts.is_known()), (time(5), false));
        assert_eq!(opened.facts.texts(), [None; VISIT_TEXTS]);
        let entered = Visit::with(Some(&opened), &event(Some("/"), "Google"), time(9));
        assert_eq!((entered.started_at, entered.facts.source.as_deref()), (time(5), Some("Google")));
        assert_eq!(Visit::with(Some(&entered), &event(Some("/b"), "Bing"), time(2)), entered);
        assert_eq!(VisitFacts::from_texts(entered.facts.texts()), *entered.facts);
    }
}
