//! The rules of sites as a table that stands in the place of `events`: every statement that begins with it sees paths as they are
//! shown, and no event that does not count.

use super::dialect::Dialect;
use super::field::of_event;
use super::filter::condition;
use super::statement::Binder;
use crate::Error;
use crate::query::rules::{PathRule, SiteRules};

/// The columns that have a path.
const PATHS: [&str; 2] = ["path", "visit_entry_page"];

impl Binder {
    /// For a statement of this dialect whose events are as `rules` have them.
    pub(crate) fn ruled(dialect: &'static dyn Dialect, rules: &[SiteRules]) -> Result<Self, Error> {
        let mut binder = Self::new(dialect);
        binder.events = ruled_events(rules, &mut binder)?;
        Ok(binder)
    }
}

/// The table, for the beginning of a statement's `WITH`; none where nothing is said.
pub(super) fn ruled_events(rules: &[SiteRules], binder: &mut Binder) -> Result<Option<String>, Error> {
    if rules.iter().all(SiteRules::is_empty) {
        return Ok(None);
    }
    let mut columns = Vec::new();
    if rules.iter().any(|site| !site.paths.is_empty()) {
        for column in PATHS {
            columns.push((column, shown(column, rules, binder)));
        }
    }
    let mut conditions = Vec::new();
    for site in rules {
        if let Some(excluded) = &site.excluded {
            let excluded = condition(excluded, of_event, binder)?;
            let site = binder.text(&site.site);
            conditions.push(format!(
                "(e.order_id IS NOT NULL OR NOT coalesce(e.site = {site} AND {excluded}, FALSE))"
            ));
        }
    }
    let conditions = if conditions.is_empty() { "TRUE".to_owned() } else { conditions.join(" AND ") };
    Ok(Some(format!("events AS NOT MATERIALIZED ({})", binder.dialect.events_with(&columns, &conditions))))
}

fn shown(column: &str, rules: &[SiteRules], binder: &mut Binder) -> String {
    let mut cases = String::new();
    for site in rules {
        for rule in &site.paths {
            let covered = covered(&format!("e.{column}"), rule, binder);
            let (site, shown) = (binder.text(&site.site), binder.text(rule.shown()));
            cases.push_str(&format!("WHEN e.site = {site} AND {covered} THEN {shown} "));
        }
    }
    format!("CASE {cases}ELSE e.{column} END")
}

/// By how it begins first: a pattern is looked for in few.
fn covered(column: &str, rule: &PathRule, binder: &mut Binder) -> String {
    let (beginning, expression) = (binder.text(&rule.beginning()), binder.text(&rule.expression()));
    let dialect = binder.dialect;
    format!("{} AND {}", dialect.starts_with(column, &beginning), dialect.matches(column, &expression))
}
