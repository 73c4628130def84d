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

/// How many texts the facts are.
pub const VISIT_TEXTS: usize = 2 + ORIGIN_TEXTS;

/// How many texts an event and its visit have in common, beside page and host.
pub const ORIGIN_TEXTS: usize = 11;

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

/// Writes down once what an event and its visit have in common: where they came from, and with what.
macro_rules! facts {
    ($($field:ident),*) => {
        /// What the first event with a page tells of its visit. Texts are those of the event, within its limits.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
        #[expect(missing_docs, reason = "they are documented once, at the event")]
        pub struct VisitFacts {
            /// Path of the page; there are facts if and only if there is one.
            pub entry_page: Option<Box<str>>,
            pub host: Option<Box<str>>,
            $(pub $field: Option<Box<str>>,)*
        }

        /// The names of [`Event::origin`].
        pub const ORIGIN_NAMES: [&str; ORIGIN_TEXTS] = [$(stringify!($field)),*];

        impl Event {
            /// Where it came from and with what, most often as its visit: source, referrer, the five of utm, device, browser,
            /// system, country; as the texts of its visit, which has page and host before them.
            pub fn origin(&self) -> [Option<&str>; ORIGIN_TEXTS] {
                [$(self.$field.as_deref()),*]
            }

            /// Sets [`origin`](Self::origin).
            pub fn set_origin(&mut self, texts: [Option<&str>; ORIGIN_TEXTS]) {
                [$(self.$field),*] = texts.map(|text| text.map(str::to_owned));
            }
        }

        impl VisitFacts {
            /// What `event` tells of its visit: nothing without a page.
            pub fn of(event: &Event) -> Self {
                let entry_page = owned(&event.path);
                if entry_page.is_none() {
                    return Self::default();
                }
                Self { entry_page, host: owned(&event.host), $($field: owned(&event.$field)),* }
            }

            /// The texts in the order of the fields.
            pub fn texts(&self) -> [Option<&str>; VISIT_TEXTS] {
                [self.entry_page.as_deref(), self.host.as_deref(), $(self.$field.as_deref()),*]
            }

            /// The facts of [`Self::texts`].
            pub fn from_texts(texts: [Option<&str>; VISIT_TEXTS]) -> Self {
                let [entry_page, host, $($field),*] = texts.map(|text| text.map(Box::from));
                Self { entry_page, host, $($field),* }
            }
        }
    };
}

facts! {
    source, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, device, browser, os, country
}

fn owned(text: &Option<String>) -> Option<Box<str>> {
    text.as_deref().map(Box::from)
}

impl VisitFacts {
    /// Whether there was an event with a page.
    pub fn is_known(&self) -> bool {
        self.entry_page.is_some()
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
