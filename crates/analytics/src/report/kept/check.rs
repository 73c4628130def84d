//! What may be written down: the members of each kind, checked by the parser of queries where they are a part of one.

use kassa_access::{Caller, Draft, KeptKind, PANELS};
use kassa_eventstore::query::{Field, Filter};
use kassa_model::Currency;
use kassa_service::nearest::unknown;
use serde_json::{Map, Value, json};

use super::super::ask::Invalid;
use super::super::json::{known_keys, list, text};
use super::super::parse_filter::parse_filters;
use super::super::reports::Reports;
use super::members::Members;

/// The members of each kind.
pub(super) const SEGMENT: &[&str] = &["name", "filters", "personal"];
pub(super) const GOAL: &[&str] = &["name", "filters", "value"];
pub(super) const ANNOTATION: &[&str] = &["at", "text"];
pub(super) const SHARE: &[&str] = &["name", "segment", "panels", "expires_at", "password"];

/// The most characters of a note.
const NOTE_CHARS_MAX: usize = 500;

/// The most characters of a password.
const PASSWORD_CHARS_MAX: usize = 200;

/// For whom and for which site something is written down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) reports: &'a Reports,
    pub(super) caller: &'a Caller,
    pub(super) site: &'a str,
}

/// What is written down of a segment.
pub(super) fn segment(writer: Writer<'_>, body: Map<String, Value>) -> Result<Draft, Invalid> {
    let members = Members::of(body, SEGMENT)?;
    let (name, personal) = (members.name()?, members.flag("personal", false)?);
    let filters = filters(&members)?.0;
    let owner = personal.then(|| writer.caller.identity());
    draft(owner, &name, json!({"name": name, "filters": filters, "personal": personal}))
}

/// What is written down of a goal.
pub(super) fn goal(body: Map<String, Value>) -> Result<Draft, Invalid> {
    let members = Members::of(body, GOAL)?;
    let name = members.name()?;
    let (filters, understood) = filters(&members)?;
    let mut other = None;
    understood.each_field(&mut |field| {
        let of_event = matches!(field, Field::Name | Field::Page | Field::Hostname | Field::Prop(_));
        other = other.or((!of_event).then_some(field));
    });
    if other.is_some() {
        return Invalid::because(
            "a goal's filters ask for event:name, event:page, event:hostname and event:props: it is one event that is to happen",
        );
    }
    let value = members.any("value").map(amount).transpose()?;
    draft(None, &name, json!({"name": name, "filters": filters, "value": value}))
}

/// What is written down of a note.
pub(super) fn annotation(body: Map<String, Value>) -> Result<Draft, Invalid> {
    let members = Members::of(body, ANNOTATION)?;
    let at = members.time("at")?.ok_or_else(|| Invalid("at is required".to_owned()))?;
    let text = members.text("text", NOTE_CHARS_MAX)?.ok_or_else(|| Invalid("text is required".to_owned()))?;
    draft(None, &at.to_string(), json!({"at": at.to_string(), "text": text}))
}

/// What is written down of a share link, but for its password.
pub(super) fn share(writer: Writer<'_>, body: Map<String, Value>) -> Result<Draft, Invalid> {
    let members = Members::of(body, SHARE)?;
    let name = members.name()?;
    let segment = members.text("segment", 64)?;
    if let Some(id) = segment {
        let found = writer.reports.access.kept_by_id(KeptKind::Segment, id);
        let known =
            found.filter(|kept| kept.site == writer.site && kept.is_seen_by(&writer.caller.identity()));
        known.ok_or_else(|| Invalid(format!("no segment {id} of the site {}", writer.site)))?;
    }
    let panels = members.any("panels").map(panels).transpose()?;
    let expires_at = members.time("expires_at")?.map(|time| time.to_string());
    draft(None, &name, json!({"name": name, "segment": segment, "panels": panels, "expires_at": expires_at}))
}

/// The password that `body`, of a share link, gives it: an empty one takes it away, none leaves it as it is.
pub(super) fn password(body: &Map<String, Value>) -> Result<Option<Option<String>>, Invalid> {
    let members = Members::of(body.clone(), SHARE)?;
    match members.any("password") {
        None => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(Some(None)),
        Some(_) => Ok(Some(members.text("password", PASSWORD_CHARS_MAX)?.map(str::to_owned))),
    }
}

/// A list of filters, as it is written and as it was understood; never empty.
fn filters(members: &Members) -> Result<(&Value, Filter), Invalid> {
    let written = members.required("filters")?;
    match parse_filters(written)? {
        Some(filter) => Ok((written, filter)),
        None => Invalid::because("filters has at least one filter"),
    }
}

fn panels(value: &Value) -> Result<Vec<&str>, Invalid> {
    let mut named = Vec::new();
    for item in list(value, "panels")? {
        let name = text(item, "a panel")?;
        if !PANELS.contains(&name) {
            return Invalid::because(unknown("panel", name, &PANELS));
        }
        named.push(name);
    }
    Ok(named)
}

/// `{"amount_minor","currency"}`, as answers show money.
fn amount(value: &Value) -> Result<&Value, Invalid> {
    let wrong = || Invalid(r#"value is {"amount_minor":500,"currency":"EUR"}"#.to_owned());
    let map = value.as_object().ok_or_else(wrong)?;
    known_keys("member of value", map, &["amount_minor", "currency"])?;
    let amount = map.get("amount_minor").and_then(Value::as_i64).filter(|amount| *amount >= 0);
    let currency = map.get("currency").and_then(Value::as_str).and_then(|code| code.parse::<Currency>().ok());
    amount.zip(currency).map(|_| value).ok_or_else(wrong)
}

fn draft(owner: Option<String>, name: &str, body: Value) -> Result<Draft, Invalid> {
    match body {
        Value::Object(body) => Ok(Draft { owner, name: name.to_owned(), body }),
        _ => Invalid::because("a thing is a JSON object"),
    }
}
