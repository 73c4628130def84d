//! A funnel: how many visitors come from the first step to the last, in order and within a window.
//!
//! - An event of the first step in the range that fits the filter begins an attempt. The next step of an attempt is the first
//!   event that is that step and is later than the step before; other events may lie between, and one event is one step at most.
//!   What is later than the attempt's beginning by more than the window is no part of it; the end of the range is no bound.
//! - A visitor counts once: by the attempt that comes furthest, the first of these.
//! - A visitor who does not come to a step that is an order has dropped there for a reason: that of the shop's last refusal
//!   ([`CHECKOUT_FAILED`]) after the step before and within the window, or else none: they left.
//! - The value of a step is the net money, whenever it changed, of the orders that its visitors confirmed from the attempt's
//!   beginning on, within the window. An order is of the visitor of its first record that confirms it, if that has a session.

use std::collections::BTreeMap;

use kassa_model::{MICROS_PER_DAY, MICROS_PER_SECOND, Timestamp};

use super::Scope;
use crate::query::{CONFIRMED, Field, Filter};

/// The name of the shop's record of an order that it refused; its property `reason` says why.
pub use kassa_model::CHECKOUT_FAILED;

/// The most steps.
pub const STEPS_MAX: usize = 12;
/// The shortest window, µs.
pub const WINDOW_MIN: i64 = 60 * MICROS_PER_SECOND;
/// The longest window, µs.
pub const WINDOW_MAX: i64 = 90 * MICROS_PER_DAY;

/// A funnel.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// The range is that of the attempts' beginnings, the filter is theirs.
    pub scope: Scope,
    /// Two to [`STEPS_MAX`].
    pub steps: Vec<Step>,
    /// How long an attempt may take, µs, [`WINDOW_MIN`] to [`WINDOW_MAX`].
    pub window: i64,
    /// Buckets of the beginnings: none, or 2 to 1,001 boundaries that ascend and cover the range.
    pub boundaries: Vec<Timestamp>,
    /// Value in this currency alone.
    pub currency: Option<String>,
}

/// What has to happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// An event of this name, be it a visitor's or the shop's record of an order.
    Named(String),
    /// A visitor's event that fits.
    Fits(Filter),
}

impl Step {
    /// Every field that is asked for.
    pub(crate) fn fields(&self) -> Vec<&Field> {
        let mut fields = Vec::new();
        self.filter().into_iter().for_each(|filter| filter.each_field(&mut |field| fields.push(field)));
        fields
    }

    /// What has to fit, if it is not by name.
    pub(crate) fn filter(&self) -> Option<&Filter> {
        match self {
            Self::Named(_) => None,
            Self::Fits(filter) => Some(filter),
        }
    }

    /// Whether it is that an order was confirmed.
    pub fn is_order(&self) -> bool {
        matches!(self, Self::Named(name) if name == CONFIRMED)
    }
}

impl Funnel {
    /// Every field that is asked for.
    pub(crate) fn fields(&self) -> Vec<&Field> {
        let mut fields = self.scope.fields();
        self.steps.iter().for_each(|step| fields.extend(step.fields()));
        fields
    }

    /// Behind the last event that may matter.
    pub(crate) fn end(&self) -> Timestamp {
        self.scope.range.to.plus_micros(self.window)
    }
}

/// What a funnel found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunnelAnswer {
    /// One for each step.
    pub steps: Vec<FunnelStep>,
    /// For each bucket the visitors of each step; empty without boundaries.
    pub trend: Vec<Vec<u64>>,
    /// The currencies of the orders of which value is made. Only with one of them values are sums of money.
    pub currencies: Vec<String>,
}

/// What a funnel found at a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunnelStep {
    /// Visitors who came to it.
    pub visitors: u64,
    /// Σ whole seconds, rounded down, from the step before; 0 at the first.
    pub seconds: i64,
    /// Twice the median of these; none at the first step, and where nobody came.
    pub median_doubled: Option<i64>,
    /// Net money in minor units.
    pub value: i64,
    /// By the shop's reason, of visitors who came to the step before and not to this one. Only at steps that are orders, and
    /// never at the first. `None`: they left.
    pub causes: BTreeMap<Option<String>, u64>,
}
