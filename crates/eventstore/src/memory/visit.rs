//! A session as a report sees it: aggregated from its events in scope.

use std::collections::BTreeMap;

use kassa_model::Timestamp;

use super::Stored;
use crate::query::Field;

/// What is known of one session within the scope of a query.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    /// Its first event.
    pub(super) first: &'a Stored,
    /// Its first page view, which gives entry page, source, referrer and campaign.
    entry: Option<&'a Stored>,
    /// Its last page view, which gives the exit page.
    exit: Option<&'a Stored>,
    /// Time of its last event.
    last: Timestamp,
    page_views: u64,
    interactive: u64,
}

/// The sessions of `scope` by id.
pub(super) fn visits<'a>(scope: &[&'a Stored]) -> BTreeMap<i64, Visit<'a>> {
    let mut by_session: BTreeMap<i64, Vec<&'a Stored>> = BTreeMap::new();
    for stored in scope {
        by_session.entry(session_of(stored)).or_default().push(stored);
    }
    by_session.into_iter().filter_map(|(id, events)| Some((id, Visit::of(events)?))).collect()
}

/// The session that an event belongs to.
pub(super) fn session_of(stored: &Stored) -> i64 {
    stored.row.event.session.unwrap_or_default()
}

impl<'a> Visit<'a> {
    fn of(mut events: Vec<&'a Stored>) -> Option<Self> {
        // Events of one instant are in the order of the log.
        events.sort_by_key(|stored| {
            (stored.row.event.occurred_at, stored.partition, stored.row.offset, stored.row.index)
        });
        let is_view = |stored: &&&Stored| stored.row.event.name == "page_view";
        Some(Self {
            first: events.first()?,
            entry: events.iter().find(is_view).copied(),
            exit: events.iter().rfind(is_view).copied(),
            last: events.last()?.row.event.occurred_at,
            page_views: events.iter().filter(is_view).count() as u64,
            interactive: events.iter().filter(|stored| is_interactive(&stored.row.event.name)).count() as u64,
        })
    }

    /// One page view and nothing interactive.
    pub(super) fn bounced(&self) -> bool {
        self.page_views == 1 && self.interactive == 0
    }

    /// Whole seconds from the first event to the last.
    pub(super) fn seconds(&self) -> i64 {
        (self.last.micros() - self.first.row.event.occurred_at.micros()) / kassa_model::MICROS_PER_SECOND
    }

    /// The value of a visit's field; other fields have none here.
    pub(super) fn field(&self, field: &Field) -> Option<String> {
        let entry = self.entry.map(|stored| &stored.row.event);
        let exit = self.exit.map(|stored| &stored.row.event);
        match field {
            Field::EntryPage => entry?.path.clone(),
            Field::ExitPage => exit?.path.clone(),
            Field::Source => entry?.source.clone(),
            Field::Referrer => entry?.referrer.clone(),
            Field::UtmSource => entry?.utm_source.clone(),
            Field::UtmMedium => entry?.utm_medium.clone(),
            Field::UtmCampaign => entry?.utm_campaign.clone(),
            Field::UtmTerm => entry?.utm_term.clone(),
            Field::UtmContent => entry?.utm_content.clone(),
            _ => None,
        }
    }
}

fn is_interactive(name: &str) -> bool {
    !(name == "page_view" || name == "time_on_page" || name.starts_with("hover_"))
}
