//! Retention: of those who came for the first time in a period, how many come back in the periods after it.
//!
//! - **Visitors** are those of events with a visit. A visitor's cohort is the period of the first event ever, and the visitor is
//!   there in every period with an event. The filter is one of that first event.
//! - **Customers** are known by the customer's id that the shop had with an order, else by the visitor; orders with neither
//!   (no id, no session) are nobody's. An order is placed when the first record that confirms it and says whose it is was
//!   written. A customer's cohort is the period of the first order ever, and the customer is there in every period with an order.
//!   The filter is one of that first order's record. Money is that of all records of a cohort's orders, each at its own time, or
//!   at that of the customer's first order, if it is earlier.
//! - Nothing behind the last period counts.

use std::collections::BTreeSet;

use kassa_model::Timestamp;

use super::Scope;

/// The most periods.
pub const PERIODS_MAX: usize = 31;

/// A question about retention.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// The range is that of the periods.
    pub scope: Scope,
    /// Who comes back.
    pub of: Of,
    /// Boundaries of the periods: 2 to [`PERIODS_MAX`] + 1 that ascend; the first and the last are the range.
    pub boundaries: Vec<Timestamp>,
    /// Money in this currency alone.
    pub currency: Option<String>,
}

/// Who comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Visitors with an event.
    Visitors,
    /// Customers with an order.
    Customers,
}

/// What was found: one cohort for each period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionAnswer {
    /// In the order of the periods.
    pub cohorts: Vec<Cohort>,
    /// The first and the last currency, by code, of the money that was added up.
    pub currencies: Vec<String>,
}

/// Those who came for the first time in a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cohort {
    /// How many.
    pub size: u64,
    /// How many of them were there in the same period, in the one after it, and so on to the last period.
    pub returned: Vec<u64>,
    /// Customers with more than one order.
    pub repeat: u64,
    /// Customers' net money in minor units by these periods; empty of visitors.
    pub revenue: Vec<i64>,
}

impl RetentionAnswer {
    /// Of nobody.
    pub(crate) fn empty(asked: &Retention) -> Self {
        let periods = asked.boundaries.len().saturating_sub(1);
        let cohort = |first: usize| {
            let left = periods - first;
            let money = if asked.of == Of::Customers { left } else { 0 };
            Cohort { returned: vec![0; left], revenue: vec![0; money], ..Cohort::default() }
        };
        Self { cohorts: (0..periods).map(cohort).collect(), currencies: Vec::new() }
    }

    /// Adds members of a cohort, all of whom were there in `periods`, the bit of the first one being the lowest; whether they
    /// are customers with several orders is said beside their number.
    #[cfg(feature = "duckdb")]
    pub(crate) fn add(&mut self, cohort: i64, periods: i64, (members, repeat): (u64, bool)) {
        let first = usize::try_from(cohort).unwrap_or(usize::MAX);
        let Some(found) = self.cohorts.get_mut(first) else { return };
        found.size += members;
        if repeat {
            found.repeat += members;
        }
        for (later, returned) in found.returned.iter_mut().enumerate() {
            if periods & (1 << (first + later)) != 0 {
                *returned += members;
            }
        }
    }

    /// Adds money of a cohort in a period.
    #[cfg(feature = "duckdb")]
    pub(crate) fn add_money(&mut self, cohort: i64, period: i64, amount: i64) {
        let places = usize::try_from(cohort).ok().zip(usize::try_from(period - cohort).ok());
        let Some((cohort, later)) = places else { return };
        if let Some(sum) = self.cohorts.get_mut(cohort).and_then(|cohort| cohort.revenue.get_mut(later)) {
            *sum += amount;
        }
    }

    /// Says which currencies there were.
    pub(crate) fn with_currencies(mut self, found: &BTreeSet<String>) -> Self {
        let ends: BTreeSet<&String> = found.first().into_iter().chain(found.last()).collect();
        self.currencies = ends.into_iter().cloned().collect();
        self
    }
}
