//! A digest of events for several queries about the same sites, time and filter: a row for each visit, visitor, facts of the
//! visit and bucket of time, with what the events of such a row add up to. Where there are five events to a visit, what is asked
//! of the digest has a fifth of the rows to read, and none to filter.
//!
//! It has the columns of `events` that it is by (`site`, `session`, `visit_started_at`, `visitor`, facts), so that most of a
//! report is written as of events. Beside them are `bucket` (of what happened), `began_here`, and the sums:
//!
//! | column | of |
//! |---|---|
//! | `events`, `page_views` | events that happened in the range and fit the filter |
//! | `fitting`, `fitting_views` | all that fit, of which those of visits that began in the range are asked for |
//! | `views`, `weight`, `first_time`, `last_time` | all events, for visits as a whole |

use kassa_model::Timestamp;

use super::channel::events_with_kinds;
use super::dialect::Dialect;
use super::field::{of_event, visit_column};
use super::filter::{condition, rows_of_fitting_visits};
use super::measure::{Measure, measures};
use super::statement::{Binder, Statement};
use super::time::bucket;
use super::visits::{Scope, weight};
use crate::Error;
use crate::query::{Dimension, Field, Filter, Metric, Query};

/// As many queries must share a digest: to make one costs about what three of them do.
const QUERIES_MIN: usize = 4;

/// What several queries are asked of.
#[derive(Debug)]
pub(crate) struct Digest {
    name: String,
    /// One of the queries: all have its sites, range and filter.
    query: Query,
    /// The columns of facts.
    facts: Vec<&'static str>,
    /// The buckets of time, if one of them is by time.
    boundaries: Option<Vec<Timestamp>>,
    measures: Vec<Measure>,
}

/// The digests that pay for `queries`, and for each query which of them it is asked of, if of any.
pub(crate) fn digests(queries: &[Query]) -> (Vec<Digest>, Vec<Option<usize>>) {
    let mut digests: Vec<Digest> = Vec::new();
    let mut asked_of = Vec::with_capacity(queries.len());
    for query in queries {
        let known = digests.iter().position(|digest| digest.takes(query));
        let place = match known {
            Some(place) => place,
            None if can_be_digested(query) => {
                let name = format!("digest{}", digests.len());
                let (facts, measures) = (Vec::new(), Vec::new());
                digests.push(Digest { name, query: query.clone(), facts, boundaries: None, measures });
                digests.len() - 1
            }
            None => {
                asked_of.push(None);
                continue;
            }
        };
        digests[place].add(query);
        asked_of.push(Some(place));
    }
    let uses = |place: usize| asked_of.iter().filter(|of| **of == Some(place)).count();
    let pays: Vec<bool> = (0..digests.len()).map(|place| uses(place) >= QUERIES_MIN).collect();
    for of in &mut asked_of {
        *of = of.filter(|place| pays[*place]);
    }
    (digests, asked_of)
}

/// Whether all that a query measures on events is in a digest: it is by time and facts of visits that stand on rows, and asks
/// for no property, no user and no exit page.
fn can_be_digested(query: &Query) -> bool {
    let of_rows = |field: &Field| *field == Field::Channel || visit_column(field).is_some();
    let by_rows = query.dimensions.iter().filter_map(Dimension::field).all(of_rows);
    let mut filter_of_rows = true;
    if let Some(filter) = &query.filter {
        filter.each_field(&mut |field| {
            filter_of_rows &= !matches!(field, Field::ExitPage | Field::Visit | Field::ItemSku);
        });
    }
    let known = |metric: &Metric| !matches!(metric, Metric::Users | Metric::TimeOnPage);
    let on_events = query.metrics.iter().any(|metric| !metric.is_of_money());
    by_rows && filter_of_rows && on_events && query.metrics.iter().all(known)
}

fn time_of(query: &Query) -> Option<&Vec<Timestamp>> {
    query.dimensions.iter().find_map(|dimension| match dimension {
        Dimension::Time { boundaries } => Some(boundaries),
        Dimension::Field(_) => None,
    })
}

impl Digest {
    /// Its name as a table.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether `query` can be asked of it.
    fn takes(&self, query: &Query) -> bool {
        let other = &self.query;
        let same_time = match (time_of(query), &self.boundaries) {
            (Some(boundaries), Some(known)) => boundaries == known,
            _ => true,
        };
        (&query.sites, query.range, &query.filter) == (&other.sites, other.range, &other.filter)
            && (query.bots(), &query.rules) == (other.bots(), &other.rules)
            && same_time
            && can_be_digested(query)
    }

    fn add(&mut self, query: &Query) {
        let mut fields: Vec<&Field> = query.dimensions.iter().filter_map(Dimension::field).collect();
        if let Some(filter) = query.filter.as_ref().filter(|filter| filter.is_of_visits()) {
            filter.each_field(&mut |field| fields.push(field));
        }
        for field in fields {
            let of_channel = [Field::EntryPage, Field::Source, Field::UtmMedium, Field::UtmCampaign];
            let asked = if *field == Field::Channel { &of_channel[..] } else { std::slice::from_ref(field) };
            for column in asked.iter().filter_map(visit_column) {
                if !self.facts.contains(&column) {
                    self.facts.push(column);
                }
            }
        }
        if let Some(boundaries) = time_of(query) {
            self.boundaries = Some(boundaries.clone());
        }
        self.measures.extend(measures(&query.metrics));
    }

    /// The statement that makes it.
    pub(crate) fn statement(&self, dialect: &'static dyn Dialect) -> Result<Statement, Error> {
        let mut binder = Binder::ruled(dialect, &self.query.rules)?;
        let scope = Scope::of(&self.query, &mut binder);
        let (from, to) = (binder.time(self.query.range.from), binder.time(self.query.range.to));
        let rows = format!(
            "(SELECT e.*, TRUE AS happened FROM events e WHERE {} UNION ALL SELECT e.*, FALSE AS happened FROM events e \
             WHERE {} AND (e.occurred_at < {from} OR e.occurred_at >= {to}))",
            scope.happened, scope.begun
        );
        let (mut by_channel, mut fits, mut needed) = (false, "TRUE".to_owned(), None);
        if let Some(filter) = &self.query.filter {
            filter.each_field(&mut |field| by_channel |= *field == Field::Channel);
            fits = condition(filter, of_event, &mut binder)?;
            needed = rows_of_fitting_visits(filter, &fits);
        }
        let mut keys = vec!["e.session".to_owned(), "e.visit_started_at".to_owned(), "e.visitor".to_owned()];
        keys.extend(self.facts.iter().map(|column| format!("e.{column}")));
        keys.push(format!("(e.visit_started_at >= {from} AND e.visit_started_at < {to}) AS began_here"));
        keys.extend(self.bucket(&mut binder));
        let places: Vec<String> = (1..=keys.len()).map(|place| place.to_string()).collect();
        let rows = if by_channel { events_with_kinds(dialect, &rows) } else { format!("{rows} e") };
        let text = format!(
            "SELECT {}, {} FROM {rows} WHERE {} GROUP BY {}",
            keys.join(", "),
            self.sums(dialect, &fits).join(", "),
            needed.as_deref().unwrap_or("TRUE"),
            places.join(", ")
        );
        Ok(binder.statement(text))
    }

    /// The bucket of what happened; nothing beyond all buckets, and of what did not happen in the range.
    fn bucket(&self, binder: &mut Binder) -> Option<String> {
        let boundaries = self.boundaries.as_ref()?;
        let [first, .., last] = boundaries.as_slice() else { return None };
        let (first, last) = (binder.time(*first), binder.time(*last));
        let bucket = bucket("e.occurred_at", boundaries, binder);
        Some(format!(
            "CASE WHEN happened AND e.occurred_at >= {first} AND e.occurred_at < {last} THEN {bucket} END AS bucket"
        ))
    }

    fn sums(&self, dialect: &dyn Dialect, fits: &str) -> Vec<String> {
        let count = |condition: &str, name: &str| format!("count(*) FILTER (WHERE {condition}) AS {name}");
        let mut sums = vec![count(&format!("happened AND {fits}"), "events"), count(fits, "fitting")];
        let asks = |measure: Measure| self.measures.contains(&measure);
        let weight = weight(dialect);
        if asks(Measure::Pageviews) {
            sums.push(count(&format!("happened AND e.name = 'page_view' AND {fits}"), "page_views"));
        }
        if asks(Measure::ViewsOfVisits) {
            sums.push(count("e.name = 'page_view'", "views"));
            sums.push(count(&format!("e.name = 'page_view' AND {fits}"), "fitting_views"));
        }
        if asks(Measure::Bounces) {
            sums.push(format!("sum({weight}) AS weight"));
        }
        if asks(Measure::Duration) {
            sums.push(format!("min(e.occurred_at) FILTER (WHERE {weight} > 0) AS first_time"));
            sums.push(format!("max(e.occurred_at) FILTER (WHERE {weight} > 0) AS last_time"));
        }
        sums
    }
}

/// Which events count in a part of a report: all that are in a digest are of its sites, people and filter.
pub(super) fn scope() -> Scope {
    Scope {
        ever: "TRUE".to_owned(),
        happened: "e.events > 0".to_owned(),
        begun: "e.began_here".to_owned(),
        cut: "FALSE".to_owned(),
    }
}

/// Whether `filter`, if there is one, holds for a visit `v` by its events: they were added up.
pub(super) fn fits_by_events(filter: Option<&Filter>) -> Option<String> {
    filter.map(|_| "v.fitting > 0".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::queries::{by, is, query};

    #[test]
    fn queries_that_have_much_in_common_share_a_digest() {
        let visitors = [Metric::Visitors];
        let panels = [Field::Source, Field::Channel, Field::Country].map(|field| by(&[field], &visitors));
        let [source, channel, country] = panels;
        let head = query(&[Metric::Visitors, Metric::BounceRate, Metric::ConversionRate, Metric::Revenue]);
        let check = |queries: &[&Query], expected: &[Option<usize>]| {
            let queries: Vec<Query> = queries.iter().map(|query| (*query).clone()).collect();
            assert_eq!(digests(&queries).1, expected, "{queries:#?}");
        };
        let some = Some(0);
        check(&[&source, &channel, &country, &head], &[some, some, some, some]);
        // It would not pay.
        check(&[&source, &channel, &country], &[None, None, None]);
        // Pages, exit pages and users are in none, nor is money alone.
        let others = [
            by(&[Field::Page], &visitors),
            by(&[Field::ExitPage], &visitors),
            query(&[Metric::Users]),
            by(&[Field::Sku], &[Metric::Units]),
        ];
        let [page, exit, users, units] = &others;
        check(
            &[page, &source, exit, &channel, users, &country, units, &head],
            &[None, some, None, some, None, some, None, some],
        );
        // Of another filter or time.
        let of_page = |query: &Query| Query { filter: Some(is(Field::Page, &["/"])), ..query.clone() };
        let filtered = [&source, &channel, &country, &head].map(of_page);
        let [a, b, c, d] = &filtered;
        check(&[a, b, &source, c, d], &[some, some, None, some, some]);
        let earlier = Query {
            range: crate::query::TimeRange { to: source.range.from, ..source.range },
            ..source.clone()
        };
        check(&[&source, &channel, &country, &earlier], &[None, None, None, None]);
    }
}
