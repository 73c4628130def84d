//! The visits of a query: their rows, aggregated by session and beginning, since a client may name a session again after days.
//! Only made when something asks for what no row tells (a bounce, a duration, an exit page, or to count each visit once), and
//! with no more columns than are asked for.

use super::channel::events_with_kinds;
use super::dialect::{Dialect, Nulls};
use super::field::{CHANNEL, EXIT_PAGE, VISIT_NAME, channel_of_row, visit_column, visit_name};
use super::filter::people;
use super::measure::Measure;
use super::statement::Binder;
use crate::query::{Dimension, Field, Query};

/// The condition for an event that opens and extends visits; see `Event::opens_visits`.
pub(crate) const OPENS_VISITS: &str = "(name = 'page_view' OR non_interactive IS NOT TRUE)";

const PAGE_VIEW: &str = "FILTER (WHERE e.name = 'page_view')";

/// 1 for a page view, 2 for an interactive event, 0 for the rest: a visit has one page view and nothing interactive if
/// and only if its sum is 1. One sum takes less time and memory of each of millions of visits than two counts.
pub(super) fn weight(dialect: &dyn Dialect) -> String {
    format!(
        "(CASE WHEN e.name = 'page_view' THEN 1 \
         WHEN e.name IN ('time_on_page', 'identify', 'group', 'alias') OR {} \
         OR e.non_interactive THEN 0 ELSE 2 END)",
        dialect.starts_with("e.name", "'hover_'")
    )
}

/// The conditions on `e` for the rows that a query is about, before its filter.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    /// Whatever the time.
    pub(super) ever: String,
    /// What happened in the range.
    pub(super) happened: String,
    /// What belongs to visits that began in it.
    pub(super) begun: String,
    /// What happened in it and belongs to others.
    pub(super) cut: String,
}

impl Scope {
    /// The scope of `query`.
    pub(super) fn of(query: &Query, binder: &mut Binder) -> Self {
        let sites = binder.is_one_of("e.site", &query.sites);
        let bots =
            people(query.bots(), "e.").map(|condition| format!(" AND {condition}")).unwrap_or_default();
        let ever = format!("{sites} AND e.order_id IS NULL{bots}");
        let (from, to) = (binder.time(query.range.from), binder.time(query.range.to));
        let within = |time: &str| format!("{ever} AND e.{time} >= {from} AND e.{time} < {to}");
        let happened = within("occurred_at");
        let cut = format!("{happened} AND (e.visit_started_at < {from} OR e.visit_started_at >= {to})");
        Self { happened, begun: within("visit_started_at"), cut, ever }
    }
}

/// What visits are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows<'a> {
    /// Events.
    Events,
    /// A digest of this name.
    Digest(&'a str),
}

impl<'a> Rows<'a> {
    /// The table.
    pub(super) fn table(self) -> &'a str {
        match self {
            Self::Events => "events",
            Self::Digest(name) => name,
        }
    }
}

/// What has to be known of each visit: aggregates and their names.
#[derive(Debug)]
pub(super) struct VisitColumns<'a> {
    rows: Rows<'a>,
    columns: Vec<String>,
    by_channel: bool,
}

impl<'a> VisitColumns<'a> {
    /// What `query` asks for of visits made of `rows`, given what is measured on them.
    pub(super) fn of(query: &Query, measures: &[Measure], rows: Rows<'a>, dialect: &dyn Dialect) -> Self {
        let mut columns = Self { rows, columns: Vec::new(), by_channel: false };
        if let Some(filter) = query.filter.as_ref().filter(|filter| filter.is_of_visits()) {
            filter.each_field(&mut |field| columns.add_field(field, dialect));
        }
        for dimension in &query.dimensions {
            match dimension {
                Dimension::Time { .. } => columns.add("min(e.visit_started_at) AS began".to_owned()),
                Dimension::Field(field) => columns.add_field(field, dialect),
            }
        }
        measures.iter().for_each(|measure| columns.add_measure(*measure, dialect));
        if let (Rows::Digest(_), Some(_)) = (rows, &query.filter) {
            columns.add("sum(e.fitting) AS fitting".to_owned());
        }
        columns
    }

    /// What has to be known of the visits that orders belong to.
    pub(super) fn of_orders(query: &Query, dialect: &dyn Dialect) -> Self {
        let mut columns = Self { rows: Rows::Events, columns: Vec::new(), by_channel: false };
        query
            .fields()
            .into_iter()
            .filter(|field| field.is_of_visits() && **field != Field::Site)
            .for_each(|field| columns.add_field(field, dialect));
        columns
    }

    /// Whether nothing has to be known.
    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    fn add_measure(&mut self, measure: Measure, dialect: &dyn Dialect) {
        let weight = weight(dialect);
        match (measure, self.rows) {
            (Measure::Duration, Rows::Events) => {
                self.add(format!("min(e.occurred_at) FILTER (WHERE {weight} > 0) AS first_time"));
                self.add(format!("max(e.occurred_at) FILTER (WHERE {weight} > 0) AS last_time"));
            }
            (Measure::Duration, Rows::Digest(_)) => {
                self.add("min(e.first_time) AS first_time".to_owned());
                self.add("max(e.last_time) AS last_time".to_owned());
            }
            (Measure::ViewsOfVisits, Rows::Events) => self.add(format!("count(*) {PAGE_VIEW} AS page_views")),
            (Measure::ViewsOfVisits, Rows::Digest(_)) => self.add("sum(e.views) AS page_views".to_owned()),
            (Measure::Bounces, Rows::Events) => self.add(format!("sum({weight}) AS weight")),
            (Measure::Bounces, Rows::Digest(_)) => self.add("sum(e.weight) AS weight".to_owned()),
            _ => {}
        }
    }

    /// A page is the entry page. Every row of a visit has the same or, before its first event with a page, none.
    fn add_field(&mut self, field: &Field, dialect: &dyn Dialect) {
        let field = if *field == Field::Page { &Field::EntryPage } else { field };
        if let Some(column) = visit_column(field) {
            self.add(format!("min(e.{column}) AS {column}"));
        } else if *field == Field::ExitPage {
            self.add(exit_page(dialect));
        } else if *field == Field::Visit {
            self.add(format!("min({}) AS {VISIT_NAME}", visit_name(dialect)));
        } else if *field == Field::Channel {
            self.by_channel = true;
            self.add(format!("min({}) AS {CHANNEL}", channel_of_row(dialect)));
        }
    }

    fn add(&mut self, aggregate: String) {
        if !self.columns.contains(&aggregate) {
            self.columns.push(aggregate);
        }
    }

    /// The statement that makes the visits of the rows in `scope`.
    pub(super) fn select(&self, dialect: &dyn Dialect, scope: &str) -> String {
        self.grouped(dialect, scope, (&format!("{} AS visit", dialect.visit()), "visit"))
    }

    /// The visits of the table `orders`, by session and beginning. Of an order that does not know when its visit began they are all that
    /// its session has: few are, and only for them the engine looks at all of time.
    pub(super) fn select_of_orders(&self, dialect: &dyn Dialect, sites: &str) -> String {
        let known = format!(
            "{sites} AND (e.session, e.visit_started_at) IN (SELECT session, began FROM orders WHERE began IS NOT NULL)"
        );
        let others = format!(
            "{sites} AND e.visit_started_at IS NOT NULL AND e.session IN (SELECT session FROM orders WHERE began IS NULL)"
        );
        let by_beginning = ("e.session, e.visit_started_at AS began", "e.session, e.visit_started_at");
        format!(
            "{} UNION ALL {}",
            self.grouped(dialect, &known, by_beginning),
            self.grouped(dialect, &others, ("e.session, NULL AS began", "e.session"))
        )
    }

    /// Makes `other` known, too.
    pub(super) fn extend(&mut self, other: Self) {
        other.columns.into_iter().for_each(|column| self.add(column));
        self.by_channel |= other.by_channel;
    }

    fn grouped(&self, dialect: &dyn Dialect, scope: &str, (keys, group): (&str, &str)) -> String {
        let columns: String = self.columns.iter().map(|column| format!(", {column}")).collect();
        let table = self.rows.table();
        let events = if self.by_channel { events_with_kinds(dialect, table) } else { format!("{table} e") };
        format!("SELECT {keys}{columns} FROM {events} WHERE {scope} GROUP BY {group}")
    }
}

fn exit_page(dialect: &dyn Dialect) -> String {
    let last = dialect.last("e.path", dialect.log_order(), Nulls::Taken);
    format!("{last} {PAGE_VIEW} AS {EXIT_PAGE}")
}

/// The exit pages of all visits that rows of the range belong to: of those that began in it, and of the few that it cuts, from
/// whenever these were. By their beginnings, which ascend with the rows, the engine passes over what lies before.
pub(super) fn exits(dialect: &dyn Dialect, scope: &Scope) -> String {
    let Scope { ever, begun, cut, .. } = scope;
    let of = |rows: &str| {
        let exit_page = exit_page(dialect);
        format!(
            "SELECT e.session, e.visit_started_at AS began, {exit_page} FROM events e WHERE {rows} \
             GROUP BY e.session, e.visit_started_at"
        )
    };
    let cut = format!(
        "{ever} AND (e.session, e.visit_started_at) IN (SELECT e.session, e.visit_started_at FROM events e WHERE {cut})"
    );
    format!("exits AS ({} UNION ALL {})", of(begun), of(&cut))
}

/// Whether `query` asks for a field that is looked up for each event.
pub(super) fn asks_for(query: &Query, field: &Field) -> bool {
    query.fields().contains(&field)
}
