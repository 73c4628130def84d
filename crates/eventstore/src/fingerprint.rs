//! The hash over a whole store that every backend computes alike: a sum of 128-bit hashes of its rows, dead letters
//! and counts, so that the physical order does not matter and nothing needs to be sorted.

use std::hash::Hasher;

use kassa_model::{Event, OrderPart, Rejected, Visit};
use siphasher::sip128::{Hasher128, SipHasher24};

use crate::{CountKey, DeadLetter, Row};

const KEY: [u8; 16] = *b"kassa.finger.001";

/// A store's hash in the making.
#[derive(Debug, Default)]
pub(crate) struct Fingerprint {
    rows: u128,
    letters: u128,
    counts: u128,
    /// Apart from the rows, which are what they were before visits stood on them.
    visits: u128,
}

impl Fingerprint {
    /// Adds a row.
    pub(crate) fn add_row(&mut self, row: &Row) {
        let mut item = Item::new(row.partition, row.offset);
        item.number(i64::from(row.index));
        item.event(&row.event);
        self.rows = self.rows.wrapping_add(item.finish());
        if let Some(visit) = &row.visit {
            let mut item = Item::new(row.partition, row.offset);
            item.number(i64::from(row.index));
            item.visit(visit);
            self.visits = self.visits.wrapping_add(item.finish());
        }
    }

    /// Adds a dead letter.
    pub(crate) fn add_letter(&mut self, partition: u32, letter: &DeadLetter) {
        let mut item = Item::new(partition, letter.offset);
        item.rejected(&letter.rejected);
        self.letters = self.letters.wrapping_add(item.finish());
    }

    /// Adds the count of one key; each key once.
    pub(crate) fn add_count(&mut self, key: &CountKey<String>, count: u64) {
        let mut item = Item::new(0, count);
        item.text(&key.site);
        item.number(key.day);
        item.text(key.outcome.name());
        item.text(key.outcome.reason_name());
        self.counts = self.counts.wrapping_add(item.finish());
    }

    /// The hash as text.
    pub(crate) fn finish(&self) -> String {
        format!("{:032x}-{:032x}-{:032x}-{:032x}", self.rows, self.letters, self.counts, self.visits)
    }
}

struct Item(SipHasher24);

impl Item {
    fn new(partition: u32, offset: u64) -> Self {
        let mut hasher = SipHasher24::new_with_key(&KEY);
        hasher.write(&partition.to_le_bytes());
        // As 16 bytes: a store of before has the hash that it had.
        hasher.write(&u128::from(offset).to_le_bytes());
        Self(hasher)
    }

    fn number(&mut self, value: i64) {
        self.0.write(&value.to_le_bytes());
    }

    fn text(&mut self, value: &str) {
        self.0.write(&(value.len() as u64).to_le_bytes());
        self.0.write(value.as_bytes());
    }

    fn maybe_text(&mut self, value: Option<&str>) {
        match value {
            None => self.0.write(&[0]),
            Some(value) => {
                self.0.write(&[1]);
                self.text(value);
            }
        }
    }

    fn event(&mut self, event: &Event) {
        for text in [&event.id, &event.site, &event.name, &event.name_sent, &event.props] {
            self.text(text);
        }
        self.text(event.dialect.name());
        let numbers = [
            event.occurred_at.micros(),
            event.received_at.micros(),
            event.visitor.unwrap_or(-1),
            event.session.unwrap_or(-1),
            i64::from(event.bot),
        ];
        for number in numbers {
            self.number(number);
        }
        for text in optional_texts(event) {
            self.maybe_text(text);
        }
        if event.non_interactive {
            self.text("non_interactive");
        }
        if let Some(anonymous) = event.anonymous_visitor {
            self.text("anonymous_visitor");
            self.number(anonymous);
        }
        if let Some(order) = &event.order {
            self.order(order);
        }
    }

    fn visit(&mut self, visit: &Visit) {
        self.number(visit.started_at.micros());
        for text in visit.facts.texts() {
            self.maybe_text(text);
        }
    }

    fn order(&mut self, order: &OrderPart) {
        self.text(&order.order_id);
        self.number(order.revenue_minor);
        self.text(&order.currency);
        self.text(&order.status);
        for item in &order.items {
            self.text(&item.sku);
            self.text(&item.name);
            self.maybe_text(item.category.as_deref());
            self.number(item.units);
            self.number(item.revenue_minor);
        }
    }

    fn rejected(&mut self, rejected: &Rejected) {
        for text in [&rejected.id, &rejected.site, &rejected.detail, &rejected.original] {
            self.text(text);
        }
        self.text(rejected.reason.name());
        self.text(rejected.dialect.name());
        self.number(rejected.received_at.micros());
    }

    fn finish(self) -> u128 {
        self.0.finish128().as_u128()
    }
}

fn optional_texts(event: &Event) -> impl Iterator<Item = Option<&str>> {
    let [source, referrer, others @ ..] = event.origin();
    let page = [&event.user, &event.host, &event.path, &event.title].map(|text| text.as_deref());
    let clicked = [&event.component, &event.location_type, &event.target].map(|text| text.as_deref());
    page.into_iter().chain([referrer, source]).chain(others).chain(clicked)
}
