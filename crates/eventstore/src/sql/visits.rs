//! The visits of a query: its events in scope, aggregated by session. Only made when something asks for them, and
//! with no more columns than are asked for.

use super::Binder;
use super::events::people;
use super::field::{VisitColumn, event_column, is_of_agent, visit_column};
use super::filter::is_of_visits;
use super::measure::Measure;
use crate::query::{Dimension, Field, Query};

/// Orders the events of a session: by time, then as in the log. A number of 128 bits is the cheapest exact key.
pub(super) const ORDER: &str = "(epoch_us(e.occurred_at)::HUGEINT * 18446744073709551616 + e.sequence)";

const PAGE_VIEW: &str = "FILTER (WHERE e.name = 'page_view')";

/// 1 for a page view, 2 for an interactive event, 0 for the rest: a visit has one page view and nothing interactive if
/// and only if its sum is 1. One sum takes less time and memory of each of millions of visits than two counts.
const WEIGHT: &str = "(CASE WHEN e.name = 'page_view' THEN 1 \
                      WHEN e.name = 'time_on_page' OR starts_with(e.name, 'hover_') THEN 0 ELSE 2 END)";

/// What has to be known of each visit.
#[derive(Debug, Default)]
pub(super) struct VisitColumns {
    /// Aggregates and their names, besides those below.
    aggregates: Vec<String>,
    /// Fields of its page views.
    views: Vec<VisitColumn>,
}

impl VisitColumns {
    /// What `query` asks for, given what is measured on visits.
    pub(super) fn of(query: &Query, of_visits: &[Measure]) -> Self {
        let mut columns = Self::default();
        if let Some(filter) = &query.filter {
            filter.each_field(&mut |field| columns.add_view(field));
        }
        let mut timed = of_visits.contains(&Measure::Duration);
        for dimension in &query.dimensions {
            match dimension {
                Dimension::Time { .. } => timed |= !of_visits.is_empty(),
                Dimension::Field(field) => columns.add_dimension(field, !of_visits.is_empty()),
            }
        }
        if timed {
            columns.add("min(e.occurred_at) AS first_time".to_owned());
        }
        of_visits.iter().for_each(|measure| columns.add_measure(*measure));
        columns
    }

    /// What has to be known of the visits that orders belong to.
    pub(super) fn of_orders(query: &Query) -> Self {
        let mut columns = Self::default();
        for field in query.fields() {
            if visit_column(field).is_some() || is_of_agent(field) {
                columns.add_dimension(field, true);
            }
        }
        columns
    }

    /// Whether nothing has to be known.
    pub(super) fn is_empty(&self) -> bool {
        self.aggregates.is_empty() && self.views.is_empty()
    }

    fn add_measure(&mut self, measure: Measure) {
        match measure {
            Measure::Duration => self.add("max(e.occurred_at) AS last_time".to_owned()),
            Measure::Events => self.add("count(*) AS events".to_owned()),
            Measure::Pageviews => self.add(format!("count(*) {PAGE_VIEW} AS page_views")),
            Measure::Bounces => self.add(format!("sum({WEIGHT}) AS weight")),
            // Equal but where a client gave one session to several visitors.
            Measure::Visitors => {
                self.add("min(e.visitor) AS visitor_low".to_owned());
                self.add("max(e.visitor) AS visitor_high".to_owned());
            }
            _ => {}
        }
    }

    fn add_dimension(&mut self, field: &Field, measured: bool) {
        self.add_view(field);
        match event_column(field) {
            Some("path") if measured => self.add_view(&Field::EntryPage),
            Some(column) if measured => {
                self.add(format!("arg_min_null(e.{column}, {ORDER}) AS first_{column}"));
            }
            _ => {}
        }
    }

    fn add_view(&mut self, field: &Field) {
        if let Some(column) = visit_column(field)
            && !self.views.contains(&column)
        {
            self.views.push(column);
        }
    }

    fn add(&mut self, aggregate: String) {
        if !self.aggregates.contains(&aggregate) {
            self.aggregates.push(aggregate);
        }
    }

    /// The statement that makes the visits of the events in `scope`.
    pub(super) fn select(&self, scope: &str) -> String {
        let mut columns = vec!["e.session".to_owned()];
        columns.extend(self.aggregates.iter().cloned());
        for VisitColumn { name, column, last } in &self.views {
            let pick = if *last { "arg_max_null" } else { "arg_min_null" };
            columns.push(format!("{pick}(e.{column}, {ORDER}) {PAGE_VIEW} AS {name}"));
        }
        format!("SELECT {} FROM events e WHERE {scope} GROUP BY e.session", columns.join(", "))
    }

    /// The visits, and for each with several visitors a row more for each of them, which has only the fields of the
    /// visit and the visitor.
    pub(super) fn with_all_visitors(&self, scope: &str) -> String {
        let fields: String = self.views.iter().map(|view| format!("v.{}, ", view.name)).collect();
        format!(
            "(SELECT * FROM visits UNION ALL BY NAME SELECT {fields}e.visitor AS visitor_low FROM events e \
             JOIN visits v ON v.session = e.session WHERE {scope} AND v.visitor_low <> v.visitor_high) v"
        )
    }
}

/// Whether `query` filters by a field of the visit.
pub(super) fn filters_by_visit(query: &Query) -> bool {
    let mut found = false;
    if let Some(filter) = &query.filter {
        filter.each_field(&mut |field| found |= visit_column(field).is_some());
    }
    found
}

/// Whether `query` groups by a field of the visit.
pub(super) fn groups_by_visit(query: &Query) -> bool {
    query.dimensions.iter().any(is_of_visit)
}

/// Whether every visit falls as a whole into one group or out: then counts of events are sums over visits.
pub(super) fn takes_whole_visits(query: &Query) -> bool {
    query.dimensions.iter().all(is_of_visit) && query.filter.as_ref().is_none_or(is_of_visits)
}

fn is_of_visit(dimension: &Dimension) -> bool {
    matches!(dimension, Dimension::Field(field) if visit_column(field).is_some())
}

/// The condition on `e` for the events that `query` is about, before its filter.
pub(super) fn scope(query: &Query, binder: &mut Binder) -> String {
    let (from, to) = (binder.time(query.range.from), binder.time(query.range.to));
    format!("{} AND e.occurred_at >= {from} AND e.occurred_at < {to}", scope_of_all_time(query, binder))
}

/// The same, whatever the range.
pub(super) fn scope_of_all_time(query: &Query, binder: &mut Binder) -> String {
    let sites = binder.is_one_of("e.site", &query.sites);
    let bots = people(query.bots(), "e.").map(|condition| format!(" AND {condition}")).unwrap_or_default();
    format!("{sites} AND e.order_id IS NULL{bots}")
}
