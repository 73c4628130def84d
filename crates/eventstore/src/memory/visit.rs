//! A visit as a report sees it: rows of one session that began at one time, since a client may name a session again after days.

use std::collections::BTreeMap;

use kassa_model::{Channel, Event, MICROS_PER_SECOND, Timestamp};

use crate::Row;
use crate::query::Field;

/// Which visit it is: its session, and when it began; without that, all that the session has.
pub(super) type Id = (i64, Option<Timestamp>);

/// Rows of one visit, never none.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    /// By time; those of one instant in the order of the log.
    rows: Vec<&'a Row>,
}

/// The visits that `rows` make.
pub(super) fn visits<'a>(rows: impl Iterator<Item = &'a Row>) -> BTreeMap<Id, Visit<'a>> {
    made(rows.filter_map(|row| Some((id_of(row)?, row))))
}

/// The same, and for each session all that it has.
pub(super) fn visits_and_sessions<'a>(rows: impl Iterator<Item = &'a Row>) -> BTreeMap<Id, Visit<'a>> {
    let ids = |row: &'a Row| id_of(row).into_iter().flat_map(|id| [id, (id.0, None)]);
    made(rows.flat_map(|row| ids(row).map(move |id| (id, row))))
}

fn made<'a>(rows: impl Iterator<Item = (Id, &'a Row)>) -> BTreeMap<Id, Visit<'a>> {
    let mut by_id: BTreeMap<Id, Vec<&'a Row>> = BTreeMap::new();
    for (id, row) in rows {
        by_id.entry(id).or_default().push(row);
    }
    let visit = |mut rows: Vec<&'a Row>| {
        rows.sort_by_key(|row| (row.event.occurred_at, row.partition, row.offset, row.index));
        Visit { rows }
    };
    by_id.into_iter().map(|(id, rows)| (id, visit(rows))).collect()
}

/// The visit of a row, if it is in one.
pub(super) fn id_of(row: &Row) -> Option<Id> {
    let session = session_of(row);
    began(row).filter(|_| session != 0).map(|began| (session, Some(began)))
}

/// The session that an event belongs to; 0 is none.
pub(super) fn session_of(row: &Row) -> i64 {
    row.event.session.unwrap_or_default()
}

/// When the visit of a row began.
pub(super) fn began(row: &Row) -> Option<Timestamp> {
    Some(row.visit.as_ref()?.started_at)
}

/// A field of the visit as it stands on a row; the exit page and an event's own fields stand on none.
pub(super) fn written(field: &Field, row: &Row) -> Option<String> {
    if *field == Field::Site {
        return Some(row.event.site.clone());
    }
    if *field == Field::Visit {
        let (session, started_at) = id_of(row)?;
        return Some(format!("{:016x}-{session:016x}", started_at?.micros()));
    }
    let facts = &row.visit.as_ref()?.facts;
    if *field == Field::Channel {
        let (source, medium) = (facts.source.as_deref(), facts.utm_medium.as_deref());
        let channel = Channel::of(source, medium, facts.utm_campaign.as_deref());
        return facts.is_known().then(|| channel.name().to_owned());
    }
    let text = match field {
        Field::EntryPage => &facts.entry_page,
        Field::EntryHost => &facts.host,
        Field::Source => &facts.source,
        Field::Referrer => &facts.referrer,
        Field::UtmSource => &facts.utm_source,
        Field::UtmMedium => &facts.utm_medium,
        Field::UtmCampaign => &facts.utm_campaign,
        Field::UtmTerm => &facts.utm_term,
        Field::UtmContent => &facts.utm_content,
        Field::Device => &facts.device,
        Field::Browser => &facts.browser,
        Field::Os => &facts.os,
        Field::Country => &facts.country,
        _ => &None,
    };
    text.as_deref().map(str::to_owned)
}

impl<'a> Visit<'a> {
    /// Its rows.
    pub(super) fn rows(&self) -> &[&'a Row] {
        &self.rows
    }

    /// When it began, if its rows say so.
    pub(super) fn began(&self) -> Option<Timestamp> {
        self.rows.iter().filter_map(|row| began(row)).min()
    }

    /// A field of the visit: the one that its rows have, all but those of before it was known. Its page is its entry page.
    pub(super) fn field(&self, field: &Field) -> Option<String> {
        match field {
            Field::ExitPage => self.exit_page(),
            Field::Page => self.field(&Field::EntryPage),
            field => self.rows.iter().filter_map(|row| written(field, row)).min(),
        }
    }

    /// The path of its last page view.
    pub(super) fn exit_page(&self) -> Option<String> {
        let last = self.rows.iter().rfind(|row| row.event.name == "page_view")?;
        last.event.path.clone()
    }

    /// One page view and nothing interactive.
    pub(super) fn bounced(&self) -> bool {
        let events = || self.rows.iter().map(|row| &row.event);
        events().filter(|event| event.is_page_view()).count() == 1 && !events().any(Event::is_interactive)
    }

    /// Whole seconds from the first to the last of its page views and interactive events.
    pub(super) fn seconds(&self) -> i64 {
        let events = || self.rows.iter().map(|row| &row.event);
        let extends = |event: &&Event| event.is_page_view() || event.is_interactive();
        let times = || events().filter(extends).map(|event| event.occurred_at.micros());
        let (first, last) = (times().min().unwrap_or_default(), times().max().unwrap_or_default());
        (last - first) / MICROS_PER_SECOND
    }
}
