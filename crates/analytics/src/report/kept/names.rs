//! Names in filters: `["is","segment",["<id>"]]` and `["is","event:goal",["Signup"]]` stand for what was written down under them.
//! They are put in its place before the filters are understood, so that one parser checks all.

use kassa_access::{Access, Caller, Kept, KeptKind};
use serde_json::{Map, Value, json};

use super::super::ask::{GOAL, Invalid};
use super::super::json::{list, text};

/// Where a filter names segments.
const SEGMENT: &str = "segment";

/// How deep names are looked for; what lies deeper is refused by the parser.
const DEPTH_MAX: usize = 16;

/// The names that a caller may use.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    access: &'a Access,
    caller: &'a Caller,
    /// Whether somebody who might use them has written them down before.
    written: bool,
}

impl<'a> Names<'a> {
    /// Those of `caller`.
    pub(crate) fn of(access: &'a Access, caller: &'a Caller) -> Self {
        Self { access, caller, written: false }
    }

    /// Those in what was written down before: whoever wrote it might use them, and whoever reads what became of it is not told which
    /// others there are.
    pub(crate) fn written(access: &'a Access) -> Self {
        Self { access, caller: &Caller::Admin, written: true }
    }

    /// `filters`, a list of them, about `sites`, with what was written down in the place of names.
    ///
    /// # Errors
    /// [`Invalid`] for a name that is not known, and lists those that are.
    pub(crate) fn expand(&self, filters: &Value, sites: &[String]) -> Result<Value, Invalid> {
        match filters {
            Value::Array(items) => items.iter().map(|item| self.expand_one(item, sites, 0)).collect(),
            other => Ok(other.clone()),
        }
    }

    /// The same in all filters of a question's members, and of its steps; a step that is a goal, `{"goal":"Signup"}`, becomes its filters.
    ///
    /// # Errors
    /// As [`Names::expand`].
    pub(crate) fn expand_members(&self, members: &mut Map<String, Value>) -> Result<(), Invalid> {
        let site = |value: &Value| value.as_str().map(str::to_owned);
        let sites: Vec<String> = match members.get("site_id") {
            Some(Value::Array(sites)) => sites.iter().filter_map(site).collect(),
            one => one.and_then(site).into_iter().collect(),
        };
        if let Some(filters) = members.get_mut("filters") {
            *filters = self.expand(filters, &sites)?;
        }
        let Some(Value::Array(steps)) = members.get_mut("steps") else { return Ok(()) };
        for step in steps.iter_mut().filter_map(Value::as_object_mut) {
            let others = ["page", "event", "filters"].iter().any(|other| step.contains_key(*other));
            if let Some(goal) = step.get("goal").filter(|_| !others) {
                let goal = text(goal, "the goal of a step")?.to_owned();
                let filters = self.goal(&goal, &sites)?;
                step.remove("goal");
                step.insert("filters".to_owned(), filters);
                step.entry("name").or_insert(Value::from(goal));
            } else if let Some(filters) = step.get_mut("filters") {
                *filters = self.expand(filters, &sites)?;
            }
        }
        Ok(())
    }

    fn expand_one(&self, filter: &Value, sites: &[String], depth: usize) -> Result<Value, Invalid> {
        let Value::Array(items) = filter else { return Ok(filter.clone()) };
        match (items.first().and_then(Value::as_str), &items[1.min(items.len())..]) {
            _ if depth > DEPTH_MAX => Ok(filter.clone()),
            (Some("not"), [inner]) => Ok(json!(["not", self.expand_one(inner, sites, depth + 1)?])),
            (Some(operator @ ("and" | "or")), [Value::Array(branches)]) => {
                let branches = branches.iter().map(|branch| self.expand_one(branch, sites, depth + 1));
                Ok(json!([operator, branches.collect::<Result<Value, Invalid>>()?]))
            }
            (Some(operator), [Value::String(field), rest @ ..]) if field == SEGMENT || field == GOAL => {
                self.named(operator, field, rest, sites)
            }
            _ => Ok(filter.clone()),
        }
    }

    fn named(&self, operator: &str, field: &str, rest: &[Value], sites: &[String]) -> Result<Value, Invalid> {
        let (["is" | "is_not"], [values]) = ([operator], rest) else {
            return Invalid::because(format!(
                r#"{field} is asked for by ["is" or "is_not",{field:?},[values]]"#
            ));
        };
        let mut found = Vec::new();
        for value in list(values, "a filter's values")? {
            let name = text(value, "a filter's value")?;
            let filters = if field == SEGMENT { self.segment(name, sites)? } else { self.goal(name, sites)? };
            found.push(json!(["and", filters]));
        }
        if found.is_empty() {
            return Invalid::because(format!("{field} needs at least one value"));
        }
        let one = if found.len() == 1 { found.remove(0) } else { json!(["or", found]) };
        Ok(if operator == "is" { one } else { json!(["not", one]) })
    }

    fn segment(&self, id: &str, sites: &[String]) -> Result<Value, Invalid> {
        // Who has a link is not told what else there is.
        if matches!(self.caller, Caller::Share(_)) {
            return Invalid::because("a share link has no segments to name");
        }
        if self.written {
            let found = self.of_sites(KeptKind::Segment, sites).find(|kept| kept.id == id);
            return found
                .map(|kept| filters_of(&kept))
                .ok_or_else(|| Invalid(format!("the segment {id:?} is gone")));
        }
        let identity = self.caller.identity();
        let known = self.of_sites(KeptKind::Segment, sites).filter(|kept| kept.is_seen_by(&identity));
        let known: Vec<_> = known.collect();
        match known.iter().find(|kept| kept.id == id) {
            Some(kept) => Ok(filters_of(kept)),
            None => {
                let known = known.iter().map(|kept| format!("{} ({})", kept.id, kept.name));
                Invalid::because(unknown("segment", id, known))
            }
        }
    }

    fn goal(&self, name: &str, sites: &[String]) -> Result<Value, Invalid> {
        let known: Vec<_> = self.of_sites(KeptKind::Goal, sites).collect();
        let mut named = known.iter().filter(|kept| kept.name == name).map(|kept| filters_of(kept));
        let Some(filters) = named.next() else {
            return Invalid::because(unknown("goal", name, known.iter().map(|kept| kept.name.clone())));
        };
        match named.any(|other| other != filters) {
            true => Invalid::because(format!(
                "the goal {name:?} is not the same on all of these sites: ask for one of them"
            )),
            false => Ok(filters),
        }
    }

    fn of_sites<'b>(
        &'b self,
        kind: KeptKind,
        sites: &'b [String],
    ) -> impl Iterator<Item = std::sync::Arc<Kept>> + 'b {
        // Of a site that the caller may not read nothing is told, by which names it has neither.
        let read = sites.iter().filter(|site| self.caller.may_read(site));
        read.flat_map(move |site| self.access.kept(site, kind))
    }
}

/// What was written down as its filters.
pub(crate) fn filters_of(kept: &Kept) -> Value {
    kept.body.get("filters").cloned().unwrap_or_else(|| json!([]))
}

fn unknown(what: &str, name: &str, known: impl Iterator<Item = String>) -> String {
    let name: String = name.chars().take(64).collect();
    let known: Vec<String> = known.take(50).collect();
    match known.is_empty() {
        true => format!("unknown {what} {name:?}: none is known here"),
        false => format!("unknown {what} {name:?}: known are {}", known.join(", ")),
    }
}
