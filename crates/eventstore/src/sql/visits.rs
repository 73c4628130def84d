//! The visits of a query: its events in scope, aggregated by session. Only made when something asks for it.

use super::Binder;
use super::field::{VisitColumn, event_column, visit_column};
use super::filter::{each_field, is_of_visits};
use super::measure::Measure;
use crate::query::{Dimension, Field, Query};

/// Orders the events of a session: by time, then as in the log.
const ORDER: &str = "(epoch_us(e.occurred_at)::HUGEINT * 18446744073709551616 + e.sequence)";

/// What has to be known of each visit.
#[derive(Debug, Default)]
pub(super) struct VisitColumns {
    /// From its page views.
    views: Vec<VisitColumn>,
    /// From its first event.
    firsts: Vec<&'static str>,
    /// Times and counts, for bounce rate, duration and their buckets.
    measured: bool,
    /// The lowest and the highest visitor: equal but where a client gave one session to several visitors.
    pub(super) visitors: bool,
}

impl VisitColumns {
    /// What `query` asks for, given what is measured on visits.
    pub(super) fn of(query: &Query, of_visits: &[Measure]) -> Self {
        let measured = !of_visits.is_empty();
        let visitors = of_visits.contains(&Measure::Visitors);
        let mut columns = Self { measured, visitors, ..Self::default() };
        if let Some(filter) = &query.filter {
            each_field(filter, &mut |field| columns.add_view(field));
        }
        for dimension in &query.dimensions {
            let Dimension::Field(field) = dimension else { continue };
            columns.add_view(field);
            if !measured {
                continue;
            }
            match event_column(field) {
                Some("path") => columns.add_view(&Field::EntryPage),
                Some(column) if !columns.firsts.contains(&column) => columns.firsts.push(column),
                _ => {}
            }
        }
        columns
    }

    fn add_view(&mut self, field: &Field) {
        if let Some(column) = visit_column(field)
            && !self.views.contains(&column)
        {
            self.views.push(column);
        }
    }

    /// The statement that makes the visits of the events in `scope`.
    pub(super) fn select(&self, scope: &str) -> String {
        let mut columns = vec!["e.session".to_owned()];
        if self.measured {
            columns.push("min(e.occurred_at) AS first_time".to_owned());
            columns.push("max(e.occurred_at) AS last_time".to_owned());
            columns.push("count(*) FILTER (WHERE e.name = 'page_view') AS page_views".to_owned());
            columns.push(format!("count(*) FILTER (WHERE {INTERACTIVE}) AS interactive"));
            columns.push("count(*) AS events".to_owned());
        }
        if self.visitors {
            columns.push("min(e.visitor) AS visitor_low, max(e.visitor) AS visitor_high".to_owned());
        }
        for view in &self.views {
            let pick = if view.last { "arg_max_null" } else { "arg_min_null" };
            let VisitColumn { name, column, .. } = view;
            columns
                .push(format!("{pick}(e.{column}, {ORDER}) FILTER (WHERE e.name = 'page_view') AS {name}"));
        }
        for column in &self.firsts {
            columns.push(format!("arg_min_null(e.{column}, {ORDER}) AS first_{column}"));
        }
        format!("SELECT {} FROM events e WHERE {scope} GROUP BY e.session", columns.join(", "))
    }
}

/// Whether `query` filters by a field of the visit.
pub(super) fn filters_by_visit(query: &Query) -> bool {
    let mut found = false;
    if let Some(filter) = &query.filter {
        each_field(filter, &mut |field| found |= visit_column(field).is_some());
    }
    found
}

/// Whether `query` groups by a field of the visit.
pub(super) fn groups_by_visit(query: &Query) -> bool {
    query
        .dimensions
        .iter()
        .any(|dimension| matches!(dimension, Dimension::Field(field) if visit_column(field).is_some()))
}

/// Whether every visit falls as a whole into one group or out: then counts of events are sums over visits.
pub(super) fn takes_whole_visits(query: &Query) -> bool {
    let whole =
        |dimension: &Dimension| matches!(dimension, Dimension::Field(field) if visit_column(field).is_some());
    query.dimensions.iter().all(whole) && query.filter.as_ref().is_none_or(is_of_visits)
}

const INTERACTIVE: &str =
    "e.name <> 'page_view' AND e.name <> 'time_on_page' AND NOT starts_with(e.name, 'hover_')";

/// The condition on `e` for the events that `query` is about, before its filter.
pub(super) fn scope(query: &Query, binder: &mut Binder) -> String {
    let sites = binder.is_one_of("e.site", &query.sites);
    let (from, to) = (binder.time(query.range.from), binder.time(query.range.to));
    let bots = if query.include_bots { "" } else { " AND NOT e.bot" };
    format!("{sites} AND e.occurred_at >= {from} AND e.occurred_at < {to} AND e.order_id IS NULL{bots}")
}
