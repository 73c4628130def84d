//! Which deliveries an event makes.

use kassa_db::{Error, Tx};
use kassa_model::{MICROS_PER_SECOND, Timestamp};
use serde_json::json;

use super::delivery::{Channel, NewDelivery};
use super::event::PublicEvent;
use super::staff::choice::Staff;
use super::store;
use super::webhook::{Disabled, Reason, Wanted};

/// Mails of one kind that a customer gets in an hour: whoever orders under somebody else's address floods nobody.
const CUSTOMER_HOUR_MAX: i64 = 20;
/// Mails of one kind that whoever runs the shop gets in an hour.
const STAFF_HOUR_MAX: i64 = 200;

/// What an endpoint that was disabled is told of by.
const DISABLED: &str = "WebhookDisabled";
/// The letter of it.
const DISABLED_LETTER: &str = "staff-webhook-disabled";

/// An event as it was read from the stream.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) event: PublicEvent,
    /// The event's own text.
    pub(super) text: String,
}

/// A mail about an event, and how many of its kind may go to that address in an hour.
fn mails(read: &Read, staff: &Staff) -> Vec<(NewDelivery, i64)> {
    let event = &read.event;
    let mail = |template, target: &str, most| {
        let new = NewDelivery {
            event_id: event.id.clone(),
            event_type: event.kind.clone(),
            channel: Channel::Email,
            target: target.to_owned(),
            template,
            payload: read.text.clone(),
            order_id: event.order.as_ref().map(|order| order.id.clone()),
        };
        (new, most)
    };
    let mut mails = Vec::new();
    if let Some((template, email)) = event.for_customer().zip(event.customer()) {
        mails.push(mail(template, &email.text, CUSTOMER_HOUR_MAX));
    }
    if let Some(template) = event.for_staff() {
        mails.extend(staff.of(template).iter().map(|address| mail(template, address, STAFF_HOUR_MAX)));
    }
    mails
}

/// Writes what an event makes, each thing once; how many deliveries are new.
pub(super) fn carry_out(
    tx: &mut Tx<'_>,
    read: &Read,
    (staff, wanted): (&Staff, &Wanted),
    now: Timestamp,
) -> Result<usize, Error> {
    let mut made = 0;
    for endpoint in wanted.by(&read.event.kind) {
        let new = NewDelivery {
            event_id: read.event.id.clone(),
            event_type: read.event.kind.clone(),
            channel: Channel::Webhook,
            target: endpoint,
            template: "",
            payload: read.text.clone(),
            order_id: read.event.order.as_ref().map(|order| order.id.clone()),
        };
        made += usize::from(store::insert(tx, &new, now)?.is_some());
    }
    for (new, most) in mails(read, staff) {
        made += usize::from(insert_limited(tx, &new, most, now)?);
    }
    Ok(made)
}

/// Writes to whoever runs the shop that an endpoint of webhooks was disabled.
pub(super) fn disabled(
    tx: &mut Tx<'_>,
    disabled: &Disabled,
    staff: &Staff,
    now: Timestamp,
) -> Result<(), Error> {
    let id = format!("webhook-disabled:{}:{}", disabled.id, now.micros());
    let payload = json!({"id": id, "type": DISABLED, "occurred_at": now.to_string(), "webhook": {
        "id": disabled.id, "url": disabled.url, "since": disabled.since.to_string(), "reason": disabled.reason.name(),
        "is_gone": disabled.reason == Reason::Gone, "is_failing": disabled.reason == Reason::Failing}});
    for address in staff.of(DISABLED_LETTER) {
        let new = NewDelivery {
            event_id: id.clone(),
            event_type: DISABLED.to_owned(),
            channel: Channel::Email,
            target: address.clone(),
            template: DISABLED_LETTER,
            payload: payload.to_string(),
            order_id: None,
        };
        insert_limited(tx, &new, STAFF_HOUR_MAX, now)?;
    }
    Ok(())
}

/// Writes a delivery, and that it is not sent where the target was told as often as it may be: it is listed, and may be
/// replayed.
fn insert_limited(tx: &mut Tx<'_>, new: &NewDelivery, most: i64, now: Timestamp) -> Result<bool, Error> {
    let hour_ago = now.plus_micros(-3_600 * MICROS_PER_SECOND);
    let written = if store::was_told(tx, (&new.target, &new.event_type), (most, hour_ago))? {
        let why = format!("more than {most} of its kind to this address in an hour");
        store::insert_dead(tx, new, &why, now)?
    } else {
        store::insert(tx, new, now)?
    };
    Ok(written.is_some())
}
