//! `POST /v1/rules/preview`: what rules would change, before they are written down.
//!
//! ```json
//! {"site_id":"demo","date_range":"28d","rules":[{"path":{"pattern":"/order/:id"}},{"exclude":{"filters":[["is","visit:country",["XX"]]]}}]}
//! {"before":{"visitors":9,"visits":12,"pageviews":40,"events":60,"orders":1,"revenue":[{"amount_minor":900,"currency":"EUR"}]},
//!  "after":{…},"paths":[{"path":"/order/:id","pages":12,"pageviews":40}],"query":{"site_id":"demo","date_range":["…","…"]}}
//! ```
//! `before` is with the rules as they hold now, `after` with the given ones in their place. Money is never left out.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use kassa_access::{Allowed, need};
use kassa_eventstore::query::{Cell, Field, Metric, Query, Table, TimeRange};
use kassa_eventstore::rules::{PathRule, SiteRules};
use kassa_eventstore::{EventStore, check_rules};
use serde_json::{Value, json};

use super::body::object;
use super::members::Members;
use super::rules::{Says, combined, says};
use super::seen::Seen;
use crate::report::ask::{Invalid, RangeAsk};
use crate::report::json::{list, text};
use crate::report::measure::{int, question};
use crate::report::parse_range::parse_range;
use crate::report::refusal::Refusal;
use crate::report::reports::Reports;

const VISITS: [Metric; 4] = [Metric::Visitors, Metric::Visits, Metric::Pageviews, Metric::Events];
const VISIT_NAMES: [&str; 4] = ["visitors", "visits", "pageviews", "events"];

/// Pages that are looked through for what a rule covers; of more the least viewed are left out.
const PAGES_MAX: u32 = 100_000;

/// `POST /v1/rules/preview`.
pub(super) async fn post_preview(
    Allowed(caller, ..): Allowed<need::Admin>,
    State(reports): State<Arc<Reports>>,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let members = Members::of(object(request).await?, &["site_id", "date_range", "rules"])?;
    let site = text(members.required("site_id")?, "site_id")?;
    let ask = parse_range(members.required("date_range")?)?;
    let mut rules = Vec::new();
    for rule in list(members.required("rules")?, "rules")? {
        let Value::Object(rule) = rule else { return Err(Invalid("a rule is an object".to_owned()).into()) };
        if rule.get("enabled") != Some(&Value::Bool(false)) {
            rules.push(says(rule)?);
        }
    }
    let paths: Vec<PathRule> = rules.iter().filter_map(path_of).collect();
    let rules = combined(site, rules);
    check_rules(&rules).map_err(Refusal::Store)?;
    let mut calendar = reports.calendar_of(&caller, site)?;
    if ask == RangeAsk::All {
        calendar.first = reports.first_event(site, calendar.now).await?;
    }
    let range = calendar.resolve(ask).range;
    let now = reports.store(&caller);
    let then = now.by_rules(vec![rules.clone()]);
    let unmapped = now.by_rules(vec![SiteRules { paths: Vec::new(), ..rules }]);
    let asking = async {
        Ok(json!({
            "before": counted(&now, site, range).await?,
            "after": counted(&then, site, range).await?,
            "paths": covered(&unmapped, site, range, &paths).await?,
            "query": {"site_id": site, "date_range": [calendar.show(range.from), calendar.show(range.to)]},
        }))
    };
    Ok(Json(reports.in_time(asking).await?))
}

fn path_of(says: &Says) -> Option<PathRule> {
    match says {
        Says::Path(rule) => Some(rule.clone()),
        Says::Exclude(_) => None,
    }
}

async fn counted(store: &Seen, site: &str, range: TimeRange) -> Result<Value, Refusal> {
    let mut shown = json!({});
    let visits = store.query(&all(site, range, VISITS.to_vec(), None)).await?;
    for (name, cell) in VISIT_NAMES.iter().zip(visits.rows.first().into_iter().flatten()) {
        shown[*name] = json!(int(Some(cell)));
    }
    let money = all(site, range, vec![Metric::Orders, Metric::Revenue], Some(Field::Currency));
    let money = store.query(&money).await?;
    let amount = |row: &Vec<Cell>| match row.as_slice() {
        [Cell::Text(currency), _, revenue] => {
            Some(json!({"amount_minor": int(Some(revenue)), "currency": currency}))
        }
        _ => None,
    };
    shown["orders"] = json!(money.rows.iter().map(|row| int(row.get(1))).sum::<i64>());
    shown["revenue"] = money.rows.iter().filter_map(amount).collect();
    Ok(shown)
}

/// Of each rule about paths how many pages it makes one, and their views.
async fn covered(store: &Seen, site: &str, range: TimeRange, rules: &[PathRule]) -> Result<Value, Refusal> {
    if rules.is_empty() {
        return Ok(json!([]));
    }
    let pages: Table = store.query(&all(site, range, vec![Metric::Pageviews], Some(Field::Page))).await?;
    let mut found = vec![(0_i64, 0_i64); rules.len()];
    for row in &pages.rows {
        let Some(Cell::Text(page)) = row.first() else { continue };
        if let Some(place) = rules.iter().position(|rule| rule.covers(page)) {
            found[place].0 += 1;
            found[place].1 += int(row.get(1));
        }
    }
    let show = |(rule, (pages, views)): (&PathRule, (i64, i64))| json!({"path": rule.shown(), "pages": pages, "pageviews": views});
    Ok(rules.iter().zip(found).map(show).collect())
}

fn all(site: &str, range: TimeRange, metrics: Vec<Metric>, by: Option<Field>) -> Query {
    Query { limit: PAGES_MAX, ..question(site, range, metrics, by) }
}
