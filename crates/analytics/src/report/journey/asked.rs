//! The members that every one of these questions has: `site_id`, `timezone`, `date_range`, `filters`, `include`.

use axum::extract::Request;
use jiff::tz::TimeZone;
use kassa_access::Caller;
use kassa_eventstore::journey::Scope;
use kassa_eventstore::query::{Filter, TimeRange};
use kassa_service::body;
use serde_json::{Map, Value, json};

use super::super::ask::{Invalid, RangeAsk};
use super::super::calendar::Calendar;
use super::super::json::known_keys;
use super::super::kept::names::Names;
use super::super::params::Params;
use super::super::parse::{object, parse_sites, parse_zone, required};
use super::super::parse_extras::parse_bots;
use super::super::parse_filter::parse_filters;
use super::super::parse_range::parse_range;
use super::super::refusal::Refusal;
use super::super::reports::Reports;

/// Members that [`Asked::take`] takes.
const MEMBERS: [&str; 5] = ["site_id", "timezone", "date_range", "filters", "include"];

/// Whom a question is about.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// At least one; the first one's time zone holds unless another is named.
    sites: Vec<String>,
    /// The time zone that was named.
    zone: Option<TimeZone>,
    range: RangeAsk,
    filter: Option<Filter>,
    filters_text: Value,
    bots: bool,
}

impl Asked {
    /// The members of a request's body, which has none but these and `others`, with what was written down in the place of `names`.
    ///
    /// # Errors
    /// What cannot be read, or is no such object.
    pub(crate) async fn members(
        request: Request,
        others: &[&str],
        names: &Names<'_>,
    ) -> Result<Map<String, Value>, Refusal> {
        Params::of(request.uri(), &[])?;
        let body = body::read(request.into_body()).await?;
        let mut members = object(&body)?;
        let known: Vec<&str> = MEMBERS.iter().chain(others).copied().collect();
        known_keys("field", &members, &known)?;
        names.expand_members(&mut members)?;
        Ok(members)
    }

    /// Takes the common members out of `members`.
    pub(crate) fn take(members: &mut Map<String, Value>) -> Result<Self, Invalid> {
        let filters_text = members.remove("filters").unwrap_or_else(|| json!([]));
        Ok(Self {
            sites: parse_sites(&required(members.remove("site_id"), "site_id")?)?,
            zone: parse_zone(members.remove("timezone"))?,
            range: parse_range(&required(members.remove("date_range"), "date_range")?)?,
            filter: parse_filters(&filters_text)?,
            filters_text,
            bots: parse_bots(members.remove("include"))?,
        })
    }

    /// The first site.
    pub(crate) fn site(&self) -> &str {
        self.sites.first().map_or("", String::as_str)
    }

    /// Where and when it is asked.
    ///
    /// # Errors
    /// 404 when there is no such site, or not for this caller; the store's.
    pub(crate) async fn calendar(&self, reports: &Reports, caller: &Caller) -> Result<Calendar, Refusal> {
        let mut calendar = reports.calendar_of_all(caller, &self.sites)?;
        if let Some(zone) = &self.zone {
            calendar.zone = zone.clone();
        }
        if self.range == RangeAsk::All {
            calendar.first = reports.first_event_of(&self.sites, calendar.now).await?;
        }
        Ok(calendar)
    }

    /// The range here.
    pub(crate) fn range(&self, calendar: &Calendar) -> TimeRange {
        calendar.resolve(self.range).range
    }

    /// For the store.
    pub(crate) fn scope(&self, range: TimeRange) -> Scope {
        Scope {
            sites: self.sites.clone(),
            range,
            only: None,
            filter: self.filter.clone(),
            include_bots: self.bots,
            rules: Vec::new(),
        }
    }

    /// As it was understood, over an absolute range: asked again, it is the same question.
    pub(crate) fn echo(&self, range: TimeRange, calendar: &Calendar) -> Value {
        let mut echo = json!({
            "site_id": match self.sites.as_slice() {
                [one] => json!(one),
                several => json!(several),
            },
            "date_range": [calendar.show(range.from), calendar.show(range.to)],
            "filters": self.filters_text,
            "include": {"bots": self.bots},
        });
        if let Some(name) = self.zone.as_ref().and_then(TimeZone::iana_name) {
            echo["timezone"] = json!(name);
        }
        echo
    }
}

/// A whole number within these bounds, or what holds without one.
pub(crate) fn parse_count(
    value: Option<&Value>,
    (what, default): (&str, usize),
    within: std::ops::RangeInclusive<usize>,
) -> Result<usize, Invalid> {
    let Some(value) = value else { return Ok(default) };
    let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
    match number.filter(|number| within.contains(number)) {
        Some(number) => Ok(number),
        None => {
            Invalid::because(format!("{what} must be an integer from {} to {}", within.start(), within.end()))
        }
    }
}
