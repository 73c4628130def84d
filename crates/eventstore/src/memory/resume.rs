//! What a processor needs to go on, in the most obvious code.

use std::collections::BTreeMap;

use kassa_model::{Event, MICROS_PER_HOUR, Visit, dedupe_hash};

use super::State;
use crate::{NamedVisitor, OpenSession, RecentId, Resume, Resumed, Row};

impl State {
    /// The pieces for a processor that asks, in their order.
    pub(super) fn resume(&self, ask: &Resume) -> Vec<Resumed> {
        let mine = || self.rows.iter().filter(|row| row.partition == ask.partition);
        let clock = mine().map(|row| row.event.received_at).max();
        let mut parts = vec![
            Resumed::Mark(self.marks.get(&ask.partition).copied()),
            Resumed::State(self.states.get(&ask.partition).cloned()),
            Resumed::Clock(clock),
        ];
        if clock.is_none() {
            return parts;
        }

        for (place, part) in (0..).zip(&ask.sessions) {
            let mut sessions: BTreeMap<(String, i64, i64), OpenSession> = BTreeMap::new();
            let within = |row: &&Row| {
                (part.from..part.to).contains(&row.offset)
                    && part.hour.is_none_or(|hour| row.event.received_at.hour() == hour)
            };
            let no_money = || mine().filter(within).filter(|row| row.event.is_of_visitors());
            let of_session =
                |event: &Event| event.opens_visits() && event.session.is_some_and(|session| session != 0);
            for row in no_money().filter(|row| of_session(&row.event)) {
                add_to_session(&mut sessions, place, row);
            }
            parts.push(Resumed::Sessions(sessions.into_values().collect()));
            parts.push(Resumed::Names(names(place, no_money())));
        }

        let Some(ids_since_hour) = ask.ids_since_hour else { return parts };
        let ids_since = ids_since_hour.saturating_mul(MICROS_PER_HOUR);
        let mut ids: Vec<RecentId> = mine()
            .map(|row| &row.event)
            .filter(|event| event.received_at.micros() >= ids_since)
            .map(|event| RecentId {
                hash: dedupe_hash(&event.site, &event.id),
                hour: event.received_at.hour(),
            })
            .collect();
        ids.sort_by_key(|id| id.hour);
        parts.push(Resumed::Ids(ids));
        parts
    }
}

/// Who is named in `rows`, each once, by its last row.
fn names<'a>(part: u32, rows: impl Iterator<Item = &'a Row>) -> Vec<NamedVisitor> {
    let mut found: Vec<(u64, u32, NamedVisitor)> = Vec::new();
    for row in rows {
        let event = &row.event;
        let (Some(user), Some(session @ (i64::MIN..=-1 | 1..))) = (&event.user, event.session) else {
            continue;
        };
        let named = NamedVisitor {
            part,
            site: event.site.clone(),
            user: user.clone(),
            visitor: event.visitor.unwrap_or_default(),
            session,
            anonymous_visitor: event.anonymous_visitor,
            received_at: event.received_at,
        };
        let alike = |(_, _, known): &(u64, u32, NamedVisitor)| {
            NamedVisitor { received_at: named.received_at, ..known.clone() } == named
        };
        match found.iter_mut().find(|known| alike(known)) {
            Some(known) if (known.0, known.1) > (row.offset, row.index) => {}
            Some(known) => *known = (row.offset, row.index, named),
            None => found.push((row.offset, row.index, named)),
        }
    }
    found.sort_by_key(|(offset, index, _)| (*offset, *index));
    found.into_iter().map(|(_, _, named)| named).collect()
}

fn add_to_session(sessions: &mut BTreeMap<(String, i64, i64), OpenSession>, part: u32, row: &Row) {
    let event = &row.event;
    let (visitor, session) = (event.visitor.unwrap_or_default(), event.session.unwrap_or_default());
    let found = sessions.entry((event.site.clone(), visitor, session)).or_insert_with(|| OpenSession {
        part,
        site: event.site.clone(),
        visitor,
        session,
        first: event.occurred_at,
        last: event.occurred_at,
        visit: row.visit.clone(),
    });
    found.first = found.first.min(event.occurred_at);
    found.last = found.last.max(event.occurred_at);
    let known = |visit: &Option<Visit>| visit.as_ref().is_some_and(|visit| visit.facts.is_known());
    if found.visit.is_none() || !known(&found.visit) && known(&row.visit) {
        found.visit.clone_from(&row.visit);
    }
}
