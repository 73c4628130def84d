//! Rules that act on the past: paths shown as one, and events that do not count, applied whenever something is asked. To disable or
//! remove one gives the same answers as before.
//!
//! ```json
//! {"name":"orders","enabled":true,"position":1,"path":{"pattern":"/order/:id"}}
//! {"name":"office","enabled":true,"position":2,"exclude":{"filters":[["contains","event:page",["/test"]]]}}
//! ```

use std::sync::Arc;

use kassa_access::{Access, Draft, Kept, KeptKind};
use kassa_eventstore::check_rules;
use kassa_eventstore::query::Filter;
use kassa_eventstore::rules::{PathRule, SiteRules};
use serde_json::{Map, Value, json};

use super::members::Members;
use crate::report::ask::Invalid;
use crate::report::json::{kind, known_keys, text};
use crate::report::parse_filter::parse_filters;

/// The members of a rule.
pub(super) const MEMBERS: &[&str] = &["name", "enabled", "position", "path", "exclude"];

/// The place of a rule that does not say where it stands.
const POSITION_DEFAULT: i64 = 100;
const POSITION_MAX: i64 = 10_000;

/// What a rule says.
#[derive(Debug, Clone)]
pub(super) enum Says {
    /// These paths are shown as one.
    Path(PathRule),
    /// These events do not count.
    Exclude(Filter),
}

/// What is written down of a rule, if it fits beside the others of `site`; `instead` of which one.
pub(super) fn draft(
    access: &Access,
    site: &str,
    instead: Option<&str>,
    body: Map<String, Value>,
) -> Result<Draft, Invalid> {
    let says = says(&body)?;
    let members = Members::of(body, MEMBERS)?;
    let (name, enabled) = (members.name()?, members.flag("enabled", true)?);
    let position = members.whole("position", 0..=POSITION_MAX)?.unwrap_or(POSITION_DEFAULT);
    if enabled {
        let others = enabled_rules(access, site).into_iter().filter(|kept| Some(kept.id.as_str()) != instead);
        let mut all: Vec<Says> = others.filter_map(|kept| self::says(&kept.body).ok()).collect();
        all.push(says);
        check_rules(&combined(site, all))
            .map_err(|why| Invalid(format!("together with the site's other rules: {why}")))?;
    }
    let mut body = Map::new();
    body.insert("name".to_owned(), json!(name));
    body.insert("enabled".to_owned(), json!(enabled));
    body.insert("position".to_owned(), json!(position));
    for what in ["path", "exclude"] {
        if let Some(value) = members.any(what) {
            body.insert(what.to_owned(), value.clone());
        }
    }
    Ok(Draft { owner: None, name, body })
}

/// What the members of a rule say.
pub(super) fn says(body: &Map<String, Value>) -> Result<Says, Invalid> {
    let given = |name: &str| body.get(name).filter(|value| !value.is_null());
    match (given("path"), given("exclude")) {
        (Some(path), None) => {
            let path = object(path, "path", &["pattern", "as"])?;
            let pattern = text(path.get("pattern").unwrap_or(&Value::Null), "path.pattern")?;
            let shown = path.get("as").filter(|shown| !shown.is_null());
            let shown = shown.map(|shown| text(shown, "path.as")).transpose()?;
            Ok(Says::Path(PathRule::parse(pattern, shown).map_err(Invalid)?))
        }
        (None, Some(exclude)) => {
            let exclude = object(exclude, "exclude", &["filters"])?;
            match parse_filters(exclude.get("filters").unwrap_or(&Value::Null))? {
                Some(filter) => Ok(Says::Exclude(filter)),
                None => Invalid::because("exclude.filters has at least one filter"),
            }
        }
        _ => Invalid::because(r#"a rule has either "path" or "exclude""#),
    }
}

fn object<'a>(value: &'a Value, what: &str, known: &[&str]) -> Result<&'a Map<String, Value>, Invalid> {
    let Value::Object(map) = value else {
        return Invalid::because(format!("{what} must be an object, not {}", kind(value)));
    };
    known_keys("member", map, known)?;
    Ok(map)
}

/// The rules of `site` that hold, as the store takes them; none where it has none.
pub(super) fn of_site(access: &Access, site: &str) -> Option<SiteRules> {
    let rules = enabled_rules(access, site);
    let says: Vec<Says> = rules.iter().filter_map(|kept| says(&kept.body).ok()).collect();
    Some(combined(site, says)).filter(|rules| !rules.is_empty())
}

/// Those that are enabled, in their order.
fn enabled_rules(access: &Access, site: &str) -> Vec<Arc<Kept>> {
    let mut rules = access.kept(site, KeptKind::Rule);
    rules.retain(|kept| kept.body.get("enabled") == Some(&Value::Bool(true)));
    rules.sort_by_key(|kept| position(kept));
    rules
}

/// Where a rule stands among the others.
pub(super) fn position(kept: &Kept) -> i64 {
    kept.body.get("position").and_then(Value::as_i64).unwrap_or(POSITION_DEFAULT)
}

/// Rules as the store takes them: the first path that covers counts, and what any of them leaves out.
pub(super) fn combined(site: &str, rules: Vec<Says>) -> SiteRules {
    let (mut paths, mut excluded) = (Vec::new(), Vec::new());
    for rule in rules {
        match rule {
            Says::Path(path) => paths.push(path),
            Says::Exclude(filter) => excluded.push(filter),
        }
    }
    let excluded = match excluded.len() {
        0 | 1 => excluded.pop(),
        _ => Some(Filter::Or(excluded)),
    };
    SiteRules { site: site.to_owned(), paths, excluded }
}
