//! Events, batches and random data for tests.

use std::collections::BTreeMap;

use kassa_model::{
    Dialect, Event, MICROS_PER_SECOND, OrderItem, OrderPart, Outcome, Reason, Rejected, Timestamp,
};
use uuid::Uuid;

use crate::{Batch, CountKey, DeadLetter, with_visits};

/// 2026-01-05T00:00:00Z, a Monday.
pub(crate) const START: i64 = 1_767_571_200 * MICROS_PER_SECOND;

/// The log that test batches come from.
pub(crate) const LOG: Uuid = Uuid::from_u128(0x6c6f67);

/// So many of `full`, by the percentage in `KASSA_TEST_SCALE` (10 by default), at least one.
pub(crate) fn scaled(full: u64) -> u64 {
    let percent = std::env::var("KASSA_TEST_SCALE").ok().and_then(|text| text.parse().ok());
    (full * percent.unwrap_or(10) / 100).max(1)
}

/// `seconds` after [`START`].
pub(crate) fn after(seconds: i64) -> Timestamp {
    Timestamp::from_micros(START + seconds * MICROS_PER_SECOND)
}

/// A page view of visitor 1 in session 1 at [`START`] + `second`.
pub(crate) fn view(id: &str, path: &str, second: i64) -> Event {
    Event {
        id: id.to_owned(),
        site: "demo".to_owned(),
        name: "page_view".to_owned(),
        name_sent: "PAGE_VIEW".to_owned(),
        visitor: Some(1),
        session: Some(1),
        host: Some("shop.test".to_owned()),
        path: Some(path.to_owned()),
        props: "{}".to_owned(),
        ..Event::blank(Dialect::named("batch"), after(second))
    }
}

/// An event in which every field has a value.
pub(crate) fn full(id: &str) -> Event {
    let text = |text: &str| Some(text.to_owned());
    Event {
        user: text("käufer 7"),
        title: text("Der Laden – «Ä»"),
        referrer: text("https://ref.test/?q=1"),
        source: text("Search"),
        utm_source: text("a"),
        utm_medium: text("b"),
        utm_campaign: text("c"),
        utm_term: text("d"),
        utm_content: text(""),
        device: text("mobile"),
        browser: text("Firefox"),
        os: text("Linux"),
        country: text("DE"),
        bot: true,
        non_interactive: true,
        anonymous_visitor: Some(9),
        component: text("Button"),
        location_type: text("COMPONENT"),
        target: text("kaufen \u{0} 🛒"),
        order: Some(order("o-1", -500)),
        props: r#"{"a":"ü","n":[1,{"x":null}]}"#.to_owned(),
        dialect: Dialect::SHOP,
        visitor: Some(i64::MAX),
        session: Some(0),
        ..view(id, "/päth", 0)
    }
}

/// An order's part with two lines.
pub(crate) fn order(id: &str, revenue_minor: i64) -> OrderPart {
    let item = |sku: &str, category: Option<&str>| OrderItem {
        sku: sku.to_owned(),
        name: format!("The {sku}"),
        category: category.map(str::to_owned),
        units: -1,
        revenue_minor,
    };
    OrderPart {
        order_id: id.to_owned(),
        revenue_minor,
        currency: "EUR".to_owned(),
        status: "refunded".to_owned(),
        items: vec![item("mug", Some("kitchen")), item("cap", None)],
    }
}

/// A batch of `events` for partition 0, one per offset from `from`, with their counts.
pub(crate) fn batch(from: u64, events: Vec<Event>) -> Batch {
    let to = from + events.len() as u64;
    let mut counts = BTreeMap::new();
    for event in &events {
        *counts.entry(stored_key(event)).or_default() += 1;
    }
    let rows = with_visits(from, events);
    Batch { log_id: LOG, partition: 0, epoch: 1, from, to, rows, rejected: Vec::new(), counts, state: None }
}

/// The same of another partition.
pub(crate) fn of_partition(partition: u32, mut batch: Batch) -> Batch {
    batch.partition = partition;
    batch.rows.iter_mut().for_each(|row| row.partition = partition);
    batch
}

fn stored_key(event: &Event) -> CountKey<String> {
    CountKey { site: event.site.clone(), day: event.received_at.day(), outcome: Outcome::Stored }
}

/// A dead letter of `site`, received at [`START`] + `second`.
pub(crate) fn letter(offset: u64, site: &str, second: i64) -> DeadLetter {
    let rejected = Rejected {
        id: format!("letter-{offset}"),
        site: site.to_owned(),
        received_at: after(second),
        reason: if offset.is_multiple_of(2) { Reason::InvalidTime } else { Reason::UnknownSite },
        detail: "timestamp".to_owned(),
        dialect: Dialect::named("flat"),
        original: "{\"ü\":1}".to_owned(),
    };
    DeadLetter { offset, rejected }
}

/// A batch of `letters` alone, with their counts.
pub(crate) fn letters(from: u64, letters: Vec<DeadLetter>) -> Batch {
    let mut batch = batch(from, Vec::new());
    batch.to = from + letters.len() as u64;
    for letter in &letters {
        let rejected = &letter.rejected;
        let outcome = Outcome::Rejected(rejected.reason);
        let key = CountKey { site: rejected.site.clone(), day: rejected.received_at.day(), outcome };
        *batch.counts.entry(key).or_default() += 1;
    }
    batch.rejected = letters;
    batch
}

/// A small generator of random numbers (SplitMix64, Steele et al. 2014): a test prints its seed and can be repeated.
#[derive(Debug, Clone)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// True in one of `n` cases.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of `choices`.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    /// One of `choices` or nothing.
    pub(crate) fn maybe(&mut self, choices: &[&str]) -> Option<String> {
        (!self.one_in(3)).then(|| self.pick(choices).to_owned())
    }
}
