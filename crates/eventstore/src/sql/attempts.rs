//! Follows visitors through a funnel in one pass over their events, the last first.
//!
//! Going backward it is known of every moment how the way would go on from there: for each step, when its first event comes, and
//! after that one the first of the next step, and so on. An event of the first step looks at the way from the second on; those
//! of its times that lie within the window are its attempt. Of a visitor's attempts only the best is kept.

use std::collections::HashMap;

use kassa_model::Timestamp;

use super::funnel::{ORDER, REFUSAL};
use crate::journey::{Funnel, FunnelAnswer, Passage, STEPS_MAX, Step, Tally};

/// When an event was, and where in the log.
type Place = (i64, u64);

/// What the marks of events stand for, by their sequence.
#[derive(Debug, Default)]
pub(crate) struct Marked {
    /// Amount and currency of orders.
    pub(crate) orders: HashMap<u64, (i64, String)>,
    /// Reasons of refusals.
    pub(crate) refusals: HashMap<u64, String>,
}

/// The steps of a way and when they come.
#[derive(Debug, Clone, Copy)]
struct Way {
    places: [Place; STEPS_MAX],
    length: usize,
}

impl Way {
    const NONE: Self = Self { places: [(0, 0); STEPS_MAX], length: 0 };

    /// This way behind an event at `place`.
    fn behind(&self, place: Place) -> Self {
        let mut way = Self { length: self.length + 1, ..Self::NONE };
        way.places[0] = place;
        way.places[1..=self.length].copy_from_slice(&self.places[..self.length]);
        way
    }

    fn places(&self) -> &[Place] {
        &self.places[..self.length]
    }
}

/// A walk over all events.
pub(crate) struct Attempts<'a> {
    funnel: &'a Funnel,
    marked: &'a Marked,
    tally: Tally<'a>,
    visitor: Option<i64>,
    /// For each step but the first the way from it on, as it is from the event on that was looked at last.
    ways: [Way; STEPS_MAX],
    best: Way,
    /// The visitor's orders and refusals, the last first.
    orders: Vec<Place>,
    refusals: Vec<Place>,
}

impl<'a> Attempts<'a> {
    /// Before the first event.
    pub(crate) fn new(funnel: &'a Funnel, marked: &'a Marked) -> Self {
        Self {
            funnel,
            marked,
            tally: Tally::new(funnel),
            visitor: None,
            ways: [Way::NONE; STEPS_MAX],
            best: Way::NONE,
            orders: Vec::new(),
            refusals: Vec::new(),
        }
    }

    /// The next event: of the same visitor and before the last one, or of another visitor.
    pub(crate) fn add(&mut self, visitor: i64, place: Place, marks: i32) {
        if self.visitor != Some(visitor) {
            self.end_of_visitor();
            self.visitor = Some(visitor);
        }
        if marks & 1 != 0 {
            self.begin(place);
        }
        // In this order each step sees the next one's way as it is behind this event.
        for step in 1..self.funnel.steps.len() {
            if marks & (1 << step) != 0 {
                let onward = self.ways.get(step + 1).unwrap_or(&Way::NONE);
                self.ways[step] = onward.behind(place);
            }
        }
        if marks & ORDER != 0 {
            self.orders.push(place);
        }
        if marks & REFUSAL != 0 {
            self.refusals.push(place);
        }
    }

    /// What the funnel found.
    pub(crate) fn finish(mut self) -> FunnelAnswer {
        self.end_of_visitor();
        self.tally.finish()
    }

    /// Of two that come equally far the earlier counts, which is looked at later.
    fn begin(&mut self, place: Place) {
        let end = place.0.saturating_add(self.funnel.window);
        let mut attempt = self.ways[1].behind(place);
        attempt.length = attempt.places().partition_point(|(time, _)| *time <= end);
        if attempt.length >= self.best.length {
            self.best = attempt;
        }
    }

    fn end_of_visitor(&mut self) {
        if self.best.length > 0 {
            self.count();
        }
        self.ways = [Way::NONE; STEPS_MAX];
        self.best = Way::NONE;
        self.orders.clear();
        self.refusals.clear();
    }

    fn count(&mut self) {
        let places = self.best.places();
        let (first, last) = (places[0], places[places.len() - 1]);
        let end = first.0.saturating_add(self.funnel.window);
        let next_is_order = self.funnel.steps.get(places.len()).is_some_and(Step::is_order);
        let refusal = self.refusals.iter().filter(|_| next_is_order).find(|place| place.0 <= end);
        let cause =
            refusal.filter(|place| **place > last).and_then(|place| self.marked.refusals.get(&place.1));
        let on_the_way = self.orders.iter().filter(|place| **place >= first && place.0 <= end);
        let orders = on_the_way.filter_map(|place| self.marked.orders.get(&place.1));
        let times: Vec<Timestamp> = places.iter().map(|(time, _)| Timestamp::from_micros(*time)).collect();
        self.tally.add(&Passage {
            times: &times,
            cause: cause.map(String::as_str),
            orders: orders.map(|(amount, currency)| (*amount, currency.as_str())).collect(),
        });
    }
}
