//! What every backend refuses, so that all of them refuse the same: queries without meaning and rows that no engine
//! could hold. Checked before any SQL is made.

use kassa_model::Timestamp;
use uuid::Uuid;

use crate::goods::{DAYS_MAX, GoodsQuery};
use crate::pattern::Search;
use crate::query::rules::{PATH_RULES_MAX, SiteRules, may_exclude_by};
use crate::query::{Dimension, EventFilter, Field, Filter, Metric, Operator, OrderKey, Query};
use crate::{Batch, Error, Mark, Row};

/// The most buckets of a time dimension.
const BUCKETS_MAX: usize = 1_000;
/// The most values of one test.
const VALUES_MAX: usize = 100;
/// The most tests of one filter.
const TESTS_MAX: usize = 50;
/// What a filter may cost: as much as eight times the cheapest question, by the measure of `duckdb/cost.rs`.
pub(crate) const COST_MAX: usize = 7;
/// A look at every text for a pattern, or for several values.
const SEARCH_COST: usize = 5;
/// A look at every text for one value.
const CONTAINS_COST: usize = 2;
/// Taking every event's properties apart.
const PROPERTY_COST: usize = 3;
/// Working out every event's channel.
const CHANNEL_COST: usize = 3;
/// As so many values counts a test with fewer: to look at the column takes the most of it.
const VALUES_OF_A_TEST: usize = 18;
/// A comparison with so many values that the engine looks them up, and what that costs.
const LOOKED_UP_VALUES: usize = 6;
const LOOK_UP_COST: usize = 4;
/// Comparisons with fewer values cost one for so many.
const VALUES_OF_ONE: usize = 20;
/// The most states of the automata of a filter's searches: as many stay in the engine's memory, so that a search takes
/// time by the length of the text alone.
const STATES_MAX: usize = 4_000;
/// The deepest nesting of a filter.
const DEPTH_MAX: usize = 32;
/// 9999-12-31T23:59:59Z: beyond it engines disagree about what a time is.
const LATEST: Timestamp = Timestamp::from_micros(253_402_300_799_000_000);
/// 1970-01-01T00:00:00Z: divisions of what lies before are rounded differently by engines.
const FIRST: Timestamp = Timestamp::from_micros(0);

/// Says why `row` cannot be stored by any backend, if so, in a batch of `partition`.
pub(crate) fn unstorable(row: &Row, partition: u32) -> Option<String> {
    let event = &row.event;
    if row.partition != partition {
        return Some(format!("it is of partition {}, its batch of {partition}", row.partition));
    }
    let times = [("occurred_at", event.occurred_at), ("received_at", event.received_at)];
    for (name, time) in times {
        if time < FIRST || time > LATEST {
            return Some(format!("{name} {} is outside the years 1970 to 9999", time.micros()));
        }
    }
    if serde_json::from_str::<serde::de::IgnoredAny>(&event.props).is_err() {
        return Some("its properties are no JSON".to_owned());
    }
    match (event.visitor, event.session) {
        (None, _) => Some("it has no visitor".to_owned()),
        (_, None) => Some("it has no session".to_owned()),
        _ => None,
    }
}

/// Refuses a list of what counts in a query that has no answer.
pub(crate) fn events(filter: &EventFilter) -> Result<(), Error> {
    filter.counted.as_ref().map_or(Ok(()), |counted| query(&counted.query()))
}

/// Refuses a query that has no answer.
pub(crate) fn query(query: &Query) -> Result<(), Error> {
    if query.sites.is_empty() || query.metrics.is_empty() {
        return invalid("a query needs at least one site and one metric");
    }
    dimensions(query)?;
    session_metrics(query)?;
    money_fields(query)?;
    if let Some(filter) = &query.filter {
        check_filter(filter)?;
    }
    query.rules.iter().try_for_each(check_rules)?;
    for order in &query.order_by {
        let known = match order.key {
            OrderKey::Metric(index) => index < query.metrics.len(),
            OrderKey::Dimension(index) => index < query.dimensions.len(),
        };
        if !known {
            return invalid("cannot order by a column that the query does not have");
        }
    }
    Ok(())
}

fn dimensions(query: &Query) -> Result<(), Error> {
    let mut times = 0;
    for dimension in &query.dimensions {
        let Dimension::Time { boundaries } = dimension else { continue };
        times += 1;
        check_boundaries(boundaries)?;
    }
    if times > 1 {
        return invalid("a query has at most one time dimension");
    }
    Ok(())
}

/// Refuses what are no boundaries of time buckets.
pub(crate) fn check_boundaries(boundaries: &[Timestamp]) -> Result<(), Error> {
    if boundaries.len() < 2 || boundaries.len() > BUCKETS_MAX + 1 {
        return invalid("a time dimension needs 2 to 1,001 boundaries");
    }
    if boundaries.windows(2).any(|pair| pair[0] >= pair[1]) {
        return invalid("the boundaries of a time dimension must ascend");
    }
    Ok(())
}

/// Refuses what is no [`GoodsQuery`].
pub(crate) fn goods(query: &GoodsQuery) -> Result<(), Error> {
    let days = &query.days;
    if days.len() < 2 || days.len() > DAYS_MAX + 1 || days.windows(2).any(|pair| pair[0] >= pair[1]) {
        return invalid("a question about products needs 1 to 1,000 days, which ascend");
    }
    if query.sites.is_empty() || days[0] > query.range.from || days.last() != Some(&query.range.to) {
        return invalid(
            "a question about products has a site, and days that end with its range and begin before it",
        );
    }
    let counted = query.counted();
    if counted.fields().contains(&&Field::ExitPage) {
        return invalid("visit:exit_page cannot be asked for here: no event knows how its visit ends");
    }
    if counted.fields().into_iter().any(Field::is_of_money) {
        return invalid(
            "fields of products and orders cannot be asked for here, for views have none: a product is item:sku",
        );
    }
    self::query(&counted)
}

/// Whether `metric` is a property of sessions, not of events.
pub(crate) fn is_session_metric(metric: Metric) -> bool {
    matches!(metric, Metric::BounceRate | Metric::VisitDuration)
}

fn session_metrics(query: &Query) -> Result<(), Error> {
    if !query.metrics.iter().copied().any(is_session_metric) {
        return Ok(());
    }
    for dimension in &query.dimensions {
        let Dimension::Field(field) = dimension else { continue };
        if matches!(field, Field::Name | Field::Hostname | Field::Prop(_) | Field::NameSent | Field::ItemSku)
        {
            return invalid("bounce rate and visit duration cannot be grouped by a field of single events");
        }
    }
    Ok(())
}

fn money_fields(query: &Query) -> Result<(), Error> {
    let all_of_money = query.metrics.iter().all(|metric| metric.is_of_money());
    if all_of_money || !query.fields().into_iter().any(Field::is_of_money) {
        return Ok(());
    }
    invalid("fields of products and orders can be asked of metrics of money only")
}

/// Refuses a filter that no engine could apply, or only at many times the cost of the query without it. Whoever builds
/// queries from requests asks it before a store is asked.
///
/// # Errors
/// [`Error::Invalid`] with what is wrong.
pub fn check_filter(filter: &Filter) -> Result<(), Error> {
    Budget::of(COST_MAX).spend(filter, 0)
}

/// Refuses filters of one question that together no engine could apply, or only at a cost above `most`.
pub(crate) fn check_filters<'a>(
    filters: impl IntoIterator<Item = &'a Filter>,
    most: usize,
) -> Result<(), Error> {
    let mut budget = Budget::of(most);
    filters.into_iter().try_for_each(|filter| budget.spend(filter, 0))
}

/// Refuses rules that no engine could apply, or only at many times the cost of a question without them: what leaves events out may
/// cost as much as a filter.
///
/// # Errors
/// [`Error::Invalid`] with what is wrong.
pub fn check_rules(rules: &SiteRules) -> Result<(), Error> {
    if rules.paths.len() > PATH_RULES_MAX {
        return invalid("a site has at most 100 rules about paths");
    }
    let Some(excluded) = &rules.excluded else { return Ok(()) };
    let mut other = false;
    excluded.each_field(&mut |field| other |= !may_exclude_by(field));
    if other {
        return invalid(
            "a rule leaves events out by fields of the event and of its visit, but not by exit page, channel or money",
        );
    }
    check_filter(excluded)
}

/// What a filter has taken so far of what it may cost.
#[derive(Debug)]
struct Budget {
    most: usize,
    tests: usize,
    cost: usize,
    values: usize,
    states: usize,
}

impl Budget {
    fn of(most: usize) -> Self {
        Self { most, tests: 0, cost: 0, values: 0, states: 0 }
    }

    fn spend(&mut self, filter: &Filter, depth: usize) -> Result<(), Error> {
        if depth > DEPTH_MAX {
            return invalid("the filter is nested too deeply");
        }
        match filter {
            Filter::And(parts) | Filter::Or(parts) => {
                parts.iter().try_for_each(|part| self.spend(part, depth + 1))
            }
            Filter::Not(part) => self.spend(part, depth + 1),
            Filter::Test { field, operator, values } => {
                self.tests += 1;
                if self.tests > TESTS_MAX || values.is_empty() || values.len() > VALUES_MAX {
                    return invalid("a filter has at most 50 tests of 1 to 100 values each");
                }
                self.spend_test((field, *operator), values)?;
                self.spend_states(*operator, values)
            }
        }
    }

    fn spend_test(&mut self, (field, operator): (&Field, Operator), values: &[String]) -> Result<(), Error> {
        let searches = match operator {
            Operator::Is => false,
            Operator::Contains => values.len() > 1,
            Operator::Matches => true,
        };
        if matches!(field, Field::Channel | Field::ItemSku) {
            self.cost += if searches { COST_MAX - SEARCH_COST } else { CHANNEL_COST };
        }
        if matches!(field, Field::Prop(_)) {
            // To search in a property is all that a question may spend.
            self.cost += if searches { COST_MAX - SEARCH_COST } else { PROPERTY_COST };
        }
        match operator {
            Operator::Is if values.len() < LOOKED_UP_VALUES => {
                self.values += values.len().max(VALUES_OF_A_TEST)
            }
            Operator::Is => self.cost += LOOK_UP_COST,
            Operator::Contains if values.len() == 1 => self.cost += CONTAINS_COST,
            Operator::Contains | Operator::Matches => self.cost += SEARCH_COST,
        }
        if self.cost + self.values / VALUES_OF_ONE > self.most {
            return invalid(&format!(
                "the filter would cost ten times the query without it: at most {} may be spent, of which matches, or contains \
                 with several values, takes 5, contains with one value 2, is with more than five values 4, every 20 values of \
                 other tests (of each at least 18) 1, and a property or the channel 3 more, or 2 where it is searched",
                self.most
            ));
        }
        Ok(())
    }

    fn spend_states(&mut self, operator: Operator, values: &[String]) -> Result<(), Error> {
        let search = match operator {
            Operator::Is => return Ok(()),
            Operator::Contains => Search::containing(values),
            Operator::Matches => Search::fitting(values)?,
        };
        if let Some(states) = search.states(STATES_MAX - self.states.min(STATES_MAX)) {
            self.states += states;
            return Ok(());
        }
        let shown: String = values.join(", ").chars().take(80).collect();
        Err(Error::Invalid(format!(
            "what is searched for is too much for one question, at {shown:?}: an automaton for all of it has more than \
             {STATES_MAX} states or takes too long to make; use fewer or shorter values, and anchors or fewer counted repetitions in patterns"
        )))
    }
}

pub(crate) fn invalid(why: &str) -> Result<(), Error> {
    Err(Error::Invalid(why.to_owned()))
}

/// Says why `batch` does not continue what is stored, if so: `stored` is the partition's mark, `another_log` the id of
/// a log that any partition of the store was filled from and that is not the batch's.
pub(crate) fn place(batch: &Batch, stored: Option<&Mark>, another_log: Option<Uuid>) -> Result<(), String> {
    let (partition, from) = (batch.partition, batch.from);
    if let Some(other) = another_log {
        return Err(format!("it was filled from log {other}, this batch comes from log {}", batch.log_id));
    }
    if batch.to < from {
        return Err(format!("a batch of partition {partition} goes backwards from {from} to {}", batch.to));
    }
    let Some(mark) = stored else { return Ok(()) };
    if mark.epoch > batch.epoch {
        return Err(format!("partition {partition} is held under epoch {}, not {}", mark.epoch, batch.epoch));
    }
    if mark.position != from {
        return Err(format!("partition {partition} stands at {}, not at {from}", mark.position));
    }
    Ok(())
}
