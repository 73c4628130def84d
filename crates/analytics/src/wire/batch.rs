//! Dialect B, batches of user events: `POST /track` with `events`.
//!
//! ```json
//! {"appName":"shop","appVersion":"1.0.0","events":[{"timestamp":1735732800000,"event_id":"6f1c","event_type":"CLICK",
//!   "location_type":"COMPONENT","component_name":"BuyButton","page_path":"/shop","page_title":"Shop",
//!   "dom_info":{"tag":"BUTTON","id":"buy","className":"btn","text":"Buy"},"user_metadata":{"userId":7}}]}
//! ```
//! 200 `{"status":"ok"}`, with `accepted` and `rejected` when something was refused; 400 only when `events` is no array.
//!
//! `GET /events` gives the received object back; of addresses in fields other than `page_path` as they are written down
//! (`kassa_access::Addresses`). What is kept where, so that it can be rebuilt as a JSON value:
//!
//! | received | kept in |
//! |---|---|
//! | `event_type` | `name_sent` |
//! | `event_id` | `id`, with `client:` before one that begins like the shop's (`order:`); not a text: also the property `event_id`; one such as `undefined`, which tells no event from another, is the property alone |
//! | `timestamp` | `occurred_at`, corrected for the client's clock where the batch has `sentAt`; other than that, or not whole Unix milliseconds: also the property `timestamp` |
//! | `location_type`, `component_name`, `page_title` | their columns; not a text, empty, or longer than the column: also the property of that name |
//! | `page_path` | `path` in its normal form; where that is another also as sent, in the property `$path`; not a text, empty, or longer: also the property `page_path` |
//! | `user_metadata` | the property; `user_metadata.userId` is copied to `user` |
//! | `dom_info` and every other field | the property of that name, as received |
//! | fields beside `events`, but `writeKey` | the property of that name, unless the event has the field itself |
//! | `event_id` or `timestamp` absent | their names in the property `$absent`, an array: `id` and `occurred_at` then hold what the collector chose |
//!
//! To rebuild: take the columns that are not null and not named by `$absent`, under B's names (`timestamp` in Unix
//! milliseconds; `$path` for `page_path` where it is there), then lay every property but `$absent`, `$path` and `$label` over
//! them.

use kassa_model::{Dialect, LogRecord, Reason};
use serde_json::value::RawValue;

use super::draft::{Draft, put_column};
use super::flaw::{Flaw, refused};
use super::format::Format;
use super::items::{Sharing, counted_answer, read_items};
use super::limits::{PATH_BYTES_MAX, TEXT_BYTES_MAX};
use super::object::{List, Members};
use super::reading::{Answer, Context, Reading};
use super::received::{Received, required};
use super::text::{Scalar, id_text, is_of_nobody, plain_text, scalar, too_deep};
use super::time;

pub(super) static FORMAT: Format = Format {
    dialect: Dialect::named("batch"),
    example_path: "track",
    doors: &[],
    page_members: &["page_path"],
    visitor_members: &[],
    cleans_names: false,
};

const OK: &str = r#"{"status":"ok"}"#;
const INVALID_PAYLOAD: Answer = Answer::json(400, r#"{"error":"Invalid payload"}"#);

/// The property that names the fields which the client did not send and whose columns are filled nevertheless.
const ABSENT: &str = "$absent";

/// The member that marks a bot; it is a property, too.
const WEBDRIVER: &str = "webdriver";

/// Reads a batch. `envelope` has `events` in its list.
pub(super) fn read(json: &str, mut envelope: Members<'_>, ctx: &Context<'_>) -> Reading {
    let key = envelope.get("writeKey").and_then(plain_text);
    let site = ctx.site(key.as_deref(), None);
    let List::Items { kept, dropped } = std::mem::take(&mut envelope.list) else {
        let flaw = Flaw::new(Reason::InvalidPayload, "events is no array");
        let record = refused(&FORMAT, site.as_deref().unwrap_or_default(), flaw, json.as_bytes(), ctx);
        return Reading::one(FORMAT.dialect, record, INVALID_PAYLOAD);
    };
    envelope.retain(|key| key != "writeKey");
    let shared_flaw = envelope.entries.iter().any(|(_, value)| too_deep(value.get()));
    let mut sharing = Sharing::new(&envelope, &kept);
    let records = read_items(&FORMAT, site.as_deref(), &kept, ctx, |item, site| {
        if shared_flaw {
            return Err(Flaw::new(Reason::TooDeep, "a field beside events nests deeper than 16 levels"));
        }
        let event = Received::item(item)?;
        event.check_limits(sharing.shared_bytes)?;
        sharing.take(item)?;
        parse(&event, &envelope, site, ctx)
    });
    let answer = counted_answer(OK, &records, dropped);
    Reading { dialect: FORMAT.dialect, records, addresses: Vec::new(), dropped, single: false, answer }
}

fn parse(
    event: &Received<'_>,
    shared: &Members<'_>,
    site: &str,
    ctx: &Context<'_>,
) -> Result<LogRecord, Flaw> {
    let members = &event.members;
    let name = required(members.get("event_type"), "event_type is no text")?;
    let name = name.ok_or(Flaw::new(Reason::MissingField, "event_type is required"))?;
    let timestamp = members.get("timestamp");
    let mut draft = Draft::new(&FORMAT, site.to_owned(), &name, ctx.received_at);
    // An unreadable send time only means that the clock cannot be corrected.
    let sent_at = time::field(shared.get("sentAt")).ok().flatten();
    let stated = time::field(timestamp)?;
    draft.event.occurred_at =
        stated.map_or(ctx.received_at, |stated| time::corrected(stated, sent_at, ctx.received_at));
    for (key, value) in &members.entries {
        put(&mut draft, key, value);
    }
    for (key, value) in &shared.entries {
        if members.get(key).is_none() {
            draft.props.push(key, value);
        }
    }
    if shared.overflow {
        draft.props.overflow();
    }
    // The browser says that a program drives it (WebDriver, section 4.1).
    let webdriver = members.get(WEBDRIVER).or_else(|| shared.get(WEBDRIVER));
    draft.automated = webdriver.is_some_and(|value| value.get() == "true");
    match (members.get("event_id"), timestamp) {
        (Some(_), Some(_)) => {}
        (None, Some(_)) => draft.props.push_uncounted(ABSENT, r#"["event_id"]"#),
        (Some(_), None) => draft.props.push_uncounted(ABSENT, r#"["timestamp"]"#),
        (None, None) => draft.props.push_uncounted(ABSENT, r#"["event_id","timestamp"]"#),
    }
    draft.finish(ctx)
}

fn put(draft: &mut Draft<'_>, key: &str, value: &RawValue) {
    let (event, props) = (&mut draft.event, &mut draft.props);
    match key {
        "event_type" | ABSENT => {}
        "event_id" => {
            let of_nobody = is_of_nobody(value);
            if let Some(id) = id_text(value).filter(|_| !of_nobody) {
                event.id = id.into_owned();
            }
            if of_nobody || !matches!(scalar(value), Scalar::Text(_)) {
                props.push_uncounted(key, value.get());
            }
        }
        "timestamp" => {
            let millis = event.occurred_at.micros() / 1_000;
            if event.occurred_at.micros() % 1_000 != 0 || value.get() != millis.to_string() {
                props.push_uncounted(key, value.get());
            }
        }
        "location_type" => put_column(&mut event.location_type, props, TEXT_BYTES_MAX, key, value),
        "component_name" => put_column(&mut event.component, props, TEXT_BYTES_MAX, key, value),
        "page_path" => put_column(&mut event.path, props, PATH_BYTES_MAX, key, value),
        "page_title" => put_column(&mut event.title, props, TEXT_BYTES_MAX, key, value),
        "dom_info" => props.push_uncounted(key, value.get()),
        "user_metadata" => {
            props.push_uncounted(key, value.get());
            let metadata = Members::of(value);
            let user = metadata.as_ref().and_then(|metadata| metadata.get("userId")).and_then(id_text);
            if let Some(user) = user {
                draft.set_user(user.into_owned().into());
            }
        }
        _ => props.push(key, value),
    }
}
