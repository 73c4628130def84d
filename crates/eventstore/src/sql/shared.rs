//! What several queries have in common, made once as temporary tables: digests of events and the visits of orders.

use super::dialect::Dialect;
use super::digest::{Digest, digests};
use super::order_visits::{OrderVisits, order_visits};
use super::statement::Statement;
use crate::Error;
use crate::query::Query;

/// The tables for several queries.
#[derive(Debug)]
pub(crate) struct Shared {
    dialect: &'static dyn Dialect,
    digests: Vec<Digest>,
    digest_of: Vec<Option<usize>>,
    order_visits: Vec<OrderVisits>,
    order_visits_of: Vec<Option<usize>>,
}

/// Those that one query is asked of.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tables<'a> {
    /// Instead of events.
    pub(crate) digest: Option<&'a Digest>,
    /// Where visits of orders are looked up.
    pub(crate) order_visits: Option<&'a OrderVisits>,
}

impl Shared {
    /// What pays for `queries`.
    pub(crate) fn of(dialect: &'static dyn Dialect, queries: &[Query]) -> Self {
        let (digests, digest_of) = digests(queries);
        let (order_visits, order_visits_of) = order_visits(dialect, queries);
        Self { dialect, digests, digest_of, order_visits, order_visits_of }
    }

    /// The tables of the query at `place`.
    pub(crate) fn tables(&self, place: usize) -> Tables<'_> {
        Tables {
            digest: self.digest_of[place].map(|place| &self.digests[place]),
            order_visits: self.order_visits_of[place].map(|place| &self.order_visits[place]),
        }
    }

    /// Names and statements of the tables that are asked.
    pub(crate) fn statements(&self) -> Result<Vec<(&str, Statement)>, Error> {
        let mut statements = Vec::new();
        for (place, digest) in self.digests.iter().enumerate() {
            if self.digest_of.contains(&Some(place)) {
                statements.push((digest.name(), digest.statement(self.dialect)?));
            }
        }
        for (place, visits) in self.order_visits.iter().enumerate() {
            if self.order_visits_of.contains(&Some(place)) {
                statements.push((visits.name(), visits.statement(self.dialect)?));
            }
        }
        Ok(statements)
    }
}
