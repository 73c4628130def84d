//! Segment's `context` and the page's own properties: what has a column goes there, the rest stays the property
//! `context`. A batch's `context` stands in for members that a message's lacks.

use std::net::IpAddr;

use kassa_model::Event;
use serde_json::value::RawValue;

use super::super::draft::Draft;
use super::super::limits::{AGENT_BYTES_MAX, PATH_BYTES_MAX, TEXT_BYTES_MAX};
use super::super::object::Members;
use super::super::page;
use super::super::props::Props;
use super::super::received::Received;
use super::super::text::{cut, id_text, names_someone, plain_text};

/// Libraries that run in a browser: kassa's tracker and Segment's. A program's own agent is a bot's there.
const BROWSER_LIBRARIES: &[&str] = &["kassa", "analytics.js", "analytics-next", "@segment/analytics-next"];

/// The visitor's address by the message's context, or else the batch's.
pub(super) fn address_of(message: &Received<'_>, shared: &Members<'_>) -> Option<IpAddr> {
    let own = message.members.get("context").and_then(Members::of);
    let ip = own.as_ref().and_then(|own| own.get("ip")).or_else(|| shared.get("ip"));
    ip.and_then(plain_text)?.trim().parse().ok()
}

/// The properties of a `page` message: the page's columns, the rest counted as properties.
pub(super) fn put_page(draft: &mut Draft<'_>, properties: &Members<'_>) {
    let mut rest = std::mem::take(&mut draft.props);
    for (key, value) in &properties.entries {
        if !takes_page_member(draft, properties, key, value) {
            rest.push(key, value);
        }
    }
    if properties.overflow {
        rest.overflow();
    }
    draft.props = rest;
}

/// What was clicked or hovered, as kassa's tracker says it. A copy: elsewhere these names may mean anything.
pub(super) fn put_clicked(event: &mut Event, properties: &Members<'_>) {
    let columns = [
        ("target", &mut event.target),
        ("component_name", &mut event.component),
        ("location_type", &mut event.location_type),
    ];
    for (key, column) in columns {
        if let Some(text) = properties.get(key).and_then(plain_text) {
            *column = Some(cut(&text, TEXT_BYTES_MAX).to_owned());
        }
    }
}

/// Puts the context's members into columns and keeps the rest.
pub(super) fn put(
    draft: &mut Draft<'_>,
    own: &Members<'_>,
    shared: &Members<'_>,
    properties: &Option<Members<'_>>,
) {
    let mut rest = Props::default();
    let merged = || {
        let beside = shared.entries.iter().filter(|(key, _)| own.get(key).is_none());
        own.entries.iter().chain(beside)
    };
    // Only without a campaign do the page's own utm parameters count.
    if let Some(campaign) = own.get("campaign").or_else(|| shared.get("campaign")) {
        put_campaign(&mut draft.event, campaign, &mut rest);
    }
    for (key, value) in merged() {
        put_member(draft, key, value, &mut rest);
    }
    let rest = rest.finish();
    let taken = properties.as_ref().is_some_and(|properties| properties.get("context").is_some());
    if rest.len() > 2 && !taken {
        draft.props.push_uncounted("context", &rest);
    }
    if own.overflow || shared.overflow {
        draft.props.overflow();
    }
}

fn put_member(draft: &mut Draft<'_>, key: &str, value: &RawValue, rest: &mut Props) {
    match key {
        "campaign" | "ip" => {}
        "sessionId" => match id_text(value).filter(|_| names_someone(value)) {
            Some(session) => draft.set_session(session.into_owned().into()),
            None => rest.push_uncounted(key, value.get()),
        },
        "userAgent" => match plain_text(value) {
            Some(agent) => draft.agent = Some(cut(&agent, AGENT_BYTES_MAX).to_owned()),
            None => rest.push_uncounted(key, value.get()),
        },
        "page" => match Members::of(value) {
            Some(members) => put_context_page(draft, &members, rest),
            None => rest.push_uncounted(key, value.get()),
        },
        // The browser says that a program drives it (WebDriver, section 4.1).
        "webdriver" => {
            draft.automated = value.get() == "true";
            if !draft.automated {
                rest.push_uncounted(key, value.get());
            }
        }
        "library" => {
            let library = Members::of(value);
            let name = library.as_ref().and_then(|library| library.get("name")).and_then(plain_text);
            draft.from_browser = name.is_some_and(|name| BROWSER_LIBRARIES.contains(&name.as_ref()));
            rest.push_uncounted(key, value.get());
        }
        _ => rest.push_uncounted(key, value.get()),
    }
}

fn put_context_page(draft: &mut Draft<'_>, members: &Members<'_>, rest: &mut Props) {
    let mut left = Props::default();
    for (key, value) in &members.entries {
        if !takes_page_member(draft, members, key, value) {
            left.push_uncounted(key, value.get());
        }
    }
    let left = left.finish();
    if left.len() > 2 {
        rest.push_uncounted("page", &left);
    }
}

/// Takes a member of a page into the event's columns; `false` when it must also be kept, because it is no column's, or
/// does not fit, or says something else than the column does.
fn takes_page_member(draft: &mut Draft<'_>, page: &Members<'_>, key: &str, value: &RawValue) -> bool {
    let event = &mut draft.event;
    match key {
        "path" => takes_text(&mut event.path, value, PATH_BYTES_MAX),
        "title" => takes_text(&mut event.title, value, TEXT_BYTES_MAX),
        "referrer" => takes_text(&mut event.referrer, value, PATH_BYTES_MAX),
        "url" => takes_url(draft, page, value),
        "search" => {
            let text = plain_text(value);
            let query = text.as_deref().unwrap_or("").trim_start_matches('?');
            draft.rest.take_query(query);
            value.get() == "\"\"" || page.get("url").is_some()
        }
        _ => false,
    }
}

/// An absent text is taken too: a column says the same by being null.
fn takes_text(slot: &mut Option<String>, value: &RawValue, bytes_max: usize) -> bool {
    match plain_text(value) {
        None => matches!(value.get(), "null" | "\"\""),
        Some(text) => {
            let column = slot.get_or_insert_with(|| cut(&text, bytes_max).to_owned());
            *column == text.as_ref()
        }
    }
}

fn takes_url(draft: &mut Draft<'_>, page: &Members<'_>, value: &RawValue) -> bool {
    let event = &mut draft.event;
    let Some(text) = plain_text(value) else { return matches!(value.get(), "null" | "\"\"") };
    let Some(address) = page::absolute(&text) else { return false };
    // The page's own word on its path goes before its address.
    let path_follows =
        event.path.is_none() && page.get("path").is_some_and(|path| plain_text(path).is_some());
    if path_follows {
        if event.host.is_none() {
            event.host = address.host.as_ref().map(|host| cut(host, TEXT_BYTES_MAX).to_owned());
        }
    } else {
        page::place(event, &address);
    }
    draft.rest.take(&address);
    address.whole && text.len() <= PATH_BYTES_MAX
}

fn put_campaign(event: &mut Event, campaign: &RawValue, rest: &mut Props) {
    let Some(members) = Members::of(campaign) else {
        if campaign.get() != "null" {
            rest.push_uncounted("campaign", campaign.get());
        }
        return;
    };
    let mut left = Props::default();
    for (key, value) in &members.entries {
        let slot = match key.as_ref() {
            "source" => &mut event.utm_source,
            "medium" => &mut event.utm_medium,
            "name" => &mut event.utm_campaign,
            "term" => &mut event.utm_term,
            "content" => &mut event.utm_content,
            _ => {
                left.push_uncounted(key, value.get());
                continue;
            }
        };
        if !takes_text(slot, value, TEXT_BYTES_MAX) {
            left.push_uncounted(key, value.get());
        }
    }
    let left = left.finish();
    if left.len() > 2 {
        rest.push_uncounted("campaign", &left);
    }
}
