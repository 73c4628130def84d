//! The reference backend: everything in plain collections, every clause of the contract in the most obvious code.
//!
//! Other crates use it in tests; nothing is kept on disk. Speed does not matter here, being right does.

mod audit;
mod funnel;
mod goods;
mod journey;
mod letters;
mod money;
mod paths;
mod person;
mod report;
mod resume;
mod retention;
mod rows;
mod rules;
mod visit;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kassa_model::{Event, Timestamp};
use uuid::Uuid;

use crate::audit::{MoneyRecord, MoneySpan, RepeatedIds};
use crate::export::{self, EventRef};
use crate::fingerprint::Fingerprint;
use crate::goods::{GoodsQuery, GoodsTable, SearchTerm};
use crate::journey::{
    Funnel, FunnelAnswer, Paths, PathsAnswer, Retention, RetentionAnswer, Scope, check_funnel, check_paths,
    check_retention, check_searches,
};
use crate::query::{EventFilter, Query, Table};
use crate::retention::{LETTERS_PER_SITE_AND_DAY, letters_since};
use crate::{
    Answers, Batch, CountKey, DeadLetter, DeadLetterFilter, Error, EventStore, Forget, InsertError, KnownAs,
    Lookup, Mark, Names, Owned, Person, Resume, Resumed, Row, StoreStatus, Wanted, validate,
};

/// An event store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    marks: BTreeMap<u32, Mark>,
    states: BTreeMap<u32, String>,
    rows: Vec<Row>,
    letters: Vec<(u32, DeadLetter)>,
    counts: BTreeMap<CountKey<String>, u64>,
    shop_id: Option<Uuid>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl EventStore for MemoryStore {
    async fn insert(&self, batch: Batch) -> Result<(), InsertError> {
        self.state().insert(batch)
    }

    async fn resume(&self, ask: Resume, mut send: Box<dyn FnMut(Resumed) + Send>) -> Result<(), Error> {
        for part in self.state().resume(&ask) {
            send(part);
        }
        Ok(())
    }

    async fn marks(&self) -> Result<BTreeMap<u32, Mark>, Error> {
        Ok(self.state().marks.clone())
    }

    async fn owned(&self) -> Result<Owned, Error> {
        let state = self.state();
        let has_money = state.rows.iter().any(|row| row.event.order.is_some());
        Ok(Owned { shop_id: state.shop_id, has_money })
    }

    async fn set_shop_id(&self, shop_id: Uuid) -> Result<(), Error> {
        self.state().shop_id = Some(shop_id);
        Ok(())
    }

    async fn seen(
        &self,
        partition: u32,
        lookups: Vec<Lookup>,
        within: Range<Timestamp>,
    ) -> Result<Vec<Option<i64>>, Error> {
        Ok(self.state().seen(partition, &lookups, &within))
    }

    async fn query(&self, query: &Query) -> Result<Table, Error> {
        validate::query(query)?;
        report::answer(&rules::ruled(&self.state().rows, &query.rules)?, query)
    }

    async fn funnel(&self, funnel: &Funnel) -> Result<FunnelAnswer, Error> {
        check_funnel(funnel)?;
        funnel::answer(&rules::ruled(&self.state().rows, &funnel.scope.rules)?, funnel)
    }

    async fn retention(&self, asked: &Retention) -> Result<RetentionAnswer, Error> {
        check_retention(asked)?;
        retention::answer(&rules::ruled(&self.state().rows, &asked.scope.rules)?, asked)
    }

    async fn paths(&self, asked: &Paths) -> Result<PathsAnswer, Error> {
        check_paths(asked)?;
        paths::answer(&rules::ruled(&self.state().rows, &asked.scope.rules)?, asked)
    }

    async fn queries(&self, queries: &[Query]) -> Result<Answers, Error> {
        let state = self.state();
        let answer = |query: &Query| {
            validate::query(query)?;
            report::answer(&rules::ruled(&state.rows, &query.rules)?, query)
        };
        Ok(Answers { tables: queries.iter().map(answer).collect(), marks: state.marks.clone() })
    }

    async fn goods(&self, query: &GoodsQuery) -> Result<GoodsTable, Error> {
        validate::goods(query)?;
        goods::goods(&rules::ruled(&self.state().rows, &query.rules)?, query)
    }

    async fn searches(&self, scope: &Scope) -> Result<Vec<SearchTerm>, Error> {
        check_searches(scope)?;
        goods::terms(&rules::ruled(&self.state().rows, &scope.rules)?, scope)
    }

    async fn events(&self, filter: &EventFilter) -> Result<Vec<Row>, Error> {
        validate::events(filter)?;
        self.state().events(filter)
    }

    async fn export_parts(&self, filter: &EventFilter) -> Result<Vec<EventFilter>, Error> {
        export::parts(filter, &mut |filter, unit| {
            let all = EventFilter { limit: u32::MAX, ..filter.clone() };
            let mut stretches: BTreeMap<i64, u64> = BTreeMap::new();
            for row in self.state().events(&all)? {
                let stretch = row.event.received_at.micros().div_euclid(unit);
                *stretches.entry(stretch).or_default() += EventRef::of(&row).bytes();
            }
            Ok(stretches.into_iter().rev().collect())
        })
    }

    async fn dead_letters(&self, filter: &DeadLetterFilter) -> Result<Vec<DeadLetter>, Error> {
        Ok(self.state().dead_letters(filter))
    }

    async fn counts(&self) -> Result<BTreeMap<CountKey<String>, u64>, Error> {
        Ok(self.state().counts.clone())
    }

    async fn forget(&self, what: &Forget) -> Result<u64, Error> {
        let mut changed = 0;
        if let Forget::DeadLetters { before } = what {
            self.state().letters.retain(|(_, letter)| {
                let stays = letter.rejected.received_at >= *before;
                changed += u64::from(!stays);
                stays
            });
            return Ok(changed);
        }
        if let Forget::Discarded(which) = what {
            return Ok(self.state().discard(which));
        }
        if let Forget::Person(who) = what {
            self.state().letters.retain(|(_, letter)| {
                let stays = !person::is_told(who, &letter.rejected);
                changed += u64::from(!stays);
                stays
            });
        }
        self.state().rows.retain_mut(|row| {
            if !is_named(what, &row.event) {
                return true;
            }
            let anonymous =
                matches!(what, Forget::Before { .. } | Forget::Person(_)) && row.event.order.is_some();
            let left =
                anonymous.then(|| Row { event: without_person(&row.event), visit: None, ..row.clone() });
            changed += u64::from(left.as_ref() != Some(row));
            *row = left.clone().unwrap_or_else(|| row.clone());
            left.is_some()
        });
        Ok(changed)
    }

    async fn known_as(&self, who: &Person) -> Result<KnownAs, Error> {
        Ok(person::known_as(&self.state().rows, who))
    }

    async fn names(&self, site: &str, wanted: Wanted) -> Result<Names, Error> {
        let state = self.state();
        let letters = state.listed_letters().map(|(_, letter)| letter);
        Ok(person::names((&state.rows, letters), site, &wanted))
    }

    async fn status(&self) -> Result<StoreStatus, Error> {
        Ok(StoreStatus { events: self.state().rows.len() as u64, bytes: 0 })
    }

    async fn fingerprint(&self) -> Result<String, Error> {
        let state = self.state();
        let mut fingerprint = Fingerprint::default();
        for row in &state.rows {
            fingerprint.add_row(row);
        }
        for (partition, letter) in state.listed_letters() {
            fingerprint.add_letter(*partition, letter);
        }
        for (key, count) in &state.counts {
            fingerprint.add_count(key, *count);
        }
        Ok(fingerprint.finish())
    }

    async fn money(&self, span: &MoneySpan) -> Result<Vec<MoneyRecord>, Error> {
        Ok(audit::money(&self.state().rows, span))
    }

    async fn repeated_ids(
        &self,
        window: i64,
        since: Option<Timestamp>,
        most: usize,
    ) -> Result<RepeatedIds, Error> {
        Ok(audit::repeated(&self.state().rows, window, since, most))
    }
}

impl State {
    fn insert(&mut self, batch: Batch) -> Result<(), InsertError> {
        self.check_place(&batch)?;
        for (row, found) in batch.rows.iter().enumerate() {
            if let Some(why) = validate::unstorable(found, batch.partition) {
                return Err(InsertError::Rejected { row, why });
            }
        }
        let partition = batch.partition;
        self.rows.extend(batch.rows);
        for letter in batch.rejected {
            self.keep_letter(partition, letter);
        }
        for (key, count) in batch.counts {
            *self.counts.entry(key).or_default() += count;
        }
        match batch.state {
            Some(state) => self.states.insert(partition, state),
            None => self.states.remove(&partition),
        };
        self.marks.insert(partition, Mark { log_id: batch.log_id, position: batch.to, epoch: batch.epoch });
        Ok(())
    }

    fn check_place(&self, batch: &Batch) -> Result<(), InsertError> {
        let stored = self.marks.get(&batch.partition);
        let another = self.marks.values().find(|mark| mark.log_id != batch.log_id);
        validate::place(batch, stored, another.map(|mark| mark.log_id)).map_err(InsertError::Conflict)
    }

    fn keep_letter(&mut self, partition: u32, letter: DeadLetter) {
        let place =
            |of, letter: &DeadLetter| (of, letter.rejected.site.clone(), letter.rejected.received_at.day());
        let mine = place(partition, &letter);
        let same = self.letters.iter().filter(|(of, kept)| place(*of, kept) == mine).count();
        if (same as u64) < LETTERS_PER_SITE_AND_DAY {
            self.letters.push((partition, letter));
        }
    }

    fn listed_letters(&self) -> impl Iterator<Item = &(u32, DeadLetter)> {
        // Of each partition the row that was stored last, or the letter where there are no rows at all.
        let rows = self.rows.iter().map(|row| (row.partition, row.event.received_at));
        let letters =
            self.letters.iter().map(|(partition, letter)| (*partition, letter.rejected.received_at));
        let mut last: BTreeMap<u32, Timestamp> = rows.collect();
        if last.is_empty() {
            last = letters.collect();
        }
        let since = last.into_values().max().map(letters_since);
        self.letters.iter().filter(move |(_, letter)| Some(letter.rejected.received_at) >= since)
    }

    fn seen(&self, partition: u32, lookups: &[Lookup], within: &Range<Timestamp>) -> Vec<Option<i64>> {
        let mut hours: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        let mine = self.rows.iter().filter(|row| row.partition == partition).map(|row| &row.event);
        for event in mine.filter(|event| within.contains(&event.received_at)) {
            let hour = hours.entry((&event.site, &event.id)).or_insert(i64::MIN);
            *hour = (*hour).max(event.received_at.hour());
        }
        lookups.iter().map(|ask| hours.get(&(ask.site.as_str(), ask.id.as_str())).copied()).collect()
    }

    fn events(&self, filter: &EventFilter) -> Result<Vec<Row>, Error> {
        let counted =
            filter.counted.as_ref().map(|counted| report::counted(&self.rows, counted)).transpose()?;
        let counts = |row: &&Row| counted.as_ref().is_none_or(|places| places.contains(&row.place()));
        let mut found: Vec<&Row> =
            self.rows.iter().filter(|row| event_matches(filter, row)).filter(counts).collect();
        found.sort_by_key(|row| std::cmp::Reverse(row.place()));
        Ok(found.into_iter().take(filter.limit as usize).cloned().collect())
    }

    fn dead_letters(&self, filter: &DeadLetterFilter) -> Vec<DeadLetter> {
        letters::found(self.listed_letters(), filter).into_iter().map(|(_, letter)| letter.clone()).collect()
    }

    fn discard(&mut self, which: &DeadLetterFilter) -> u64 {
        let gone: Vec<(u32, DeadLetter)> =
            letters::found(self.listed_letters(), which).into_iter().cloned().collect();
        self.letters.retain(|letter| !gone.contains(letter));
        gone.len() as u64
    }
}

fn is_named(what: &Forget, event: &Event) -> bool {
    if event.is_of_stock() {
        return false;
    }
    match what {
        Forget::Visitor { site, visitor } => event.site == *site && event.visitor == Some(*visitor),
        Forget::Before { site, time } => {
            event.site == *site && event.occurred_at < *time && event.received_at < *time
        }
        Forget::Person(who) => person::is_of(who, event),
        Forget::DeadLetters { .. } | Forget::Discarded(_) => false,
    }
}

/// A record of money with nothing in it that tells of a person.
fn without_person(event: &Event) -> Event {
    Event {
        id: event.id.clone(),
        site: event.site.clone(),
        name: event.name.clone(),
        name_sent: event.name.clone(),
        occurred_at: event.occurred_at,
        visitor: Some(0),
        session: Some(0),
        props: "{}".to_owned(),
        order: event.order.clone(),
        ..Event::blank(event.dialect, event.received_at)
    }
}

fn event_matches(filter: &EventFilter, row: &Row) -> bool {
    let event = &row.event;
    let named =
        |name: &String| name.eq_ignore_ascii_case(&event.name) || name.eq_ignore_ascii_case(&event.name_sent);
    let equals = |asked: &Option<String>, found: Option<&String>| asked.is_none() || asked.as_ref() == found;
    filter.sites.as_ref().is_none_or(|sites| sites.contains(&event.site))
        && filter.received_from.is_none_or(|from| event.received_at >= from)
        && filter.received_to.is_none_or(|to| event.received_at < to)
        && filter.occurred_from.is_none_or(|from| event.occurred_at >= from)
        && filter.occurred_to.is_none_or(|to| event.occurred_at < to)
        && (filter.names.is_empty() || filter.names.iter().any(named))
        && equals(&filter.name_sent, Some(&event.name_sent))
        && equals(&filter.location_type, event.location_type.as_ref())
        && equals(&filter.component, event.component.as_ref())
        && equals(&filter.path, event.path.as_ref())
        && filter.path_sent.as_ref().is_none_or(|sent| rows::path_sent(event).as_ref() == Some(sent))
        && equals(&filter.user, event.user.as_ref())
        && filter.visitor.is_none_or(|visitor| event.visitor == Some(visitor))
        && equals(&filter.id, Some(&event.id))
        && equals(&filter.order, event.order.as_ref().map(|order| &order.order_id))
        && filter.bots().count(event)
        && filter.before.is_none_or(|before| row.place() < before)
}
