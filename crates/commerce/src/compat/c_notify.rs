//! C, a shop with monitoring: a message to somebody.
//!
//! ```json
//! {"message":"Your mug is ready","recipient":"ann@shop.example"}
//! ```
//! is the body of `POST /notify`, which answers the text `Notification sent` once the message is written down; it is sent afterwards.
//! A recipient with `@` gets a mail, `webhook:<id>` a webhook, and any other name is told on the stream of notifications. Whoever
//! needs no key reaches that stream alone: nobody makes the shop write to addresses.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kassa_access::{Caller, need};
use kassa_db::Error;
use kassa_model::MICROS_PER_SECOND;
use kassa_service::Protected;
use kassa_service::protected::post;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::body::{Body, Field, text};
use super::c_products::C;
use super::refusal::{Allowed, Refusal};
use crate::catalog::notify::Email;
use crate::notify::delivery::{Channel, NewDelivery};
use crate::notify::{push, store};
use crate::refuse::here;
use crate::shop::Shop;
use crate::text::is_visible;

/// The name of the event that such a message is.
const KIND: &str = "Notification";
/// Messages to one recipient in an hour.
const HOUR_MAX: i64 = 60;
/// Bytes of a message.
const MESSAGE_BYTES_MAX: usize = 16_384;
/// Bytes of a recipient's name.
const NAME_BYTES_MAX: usize = 254;

/// C's routes of messages.
pub(super) fn routes(shop: Arc<Shop>) -> Protected {
    if shop.orders.is_none() {
        return Protected::new();
    }
    Protected::new()
        .route("/notify", post(send_message))
        .route("/notifications/notify", post(send_message))
        .with_state(shop)
}

/// The body of `POST /notify`.
#[derive(Debug, Deserialize)]
struct Message {
    message: Field,
    recipient: Field,
}

/// Whom a message goes to.
#[derive(Debug, PartialEq, Eq)]
struct Recipient {
    channel: Channel,
    target: String,
}

impl Recipient {
    fn of(name: &str) -> Option<Self> {
        let name = name.trim();
        if name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
            return None;
        }
        if let Some(id) = name.strip_prefix("webhook:") {
            let target = Uuid::try_parse(id).ok()?.as_hyphenated().to_string();
            return Some(Self { channel: Channel::Webhook, target });
        }
        if name.contains('@') {
            return Some(Self { channel: Channel::Email, target: Email::parse(name).ok()?.text });
        }
        Some(Self { channel: Channel::Push, target: name.to_owned() })
    }
}

async fn send_message(
    Allowed(caller, ..): Allowed<C, need::Orders>,
    State(shop): State<Arc<Shop>>,
    Body(body, _): Body<C, Message>,
) -> Result<Response, Refusal<C>> {
    let said = |field: Field| field.as_deref().and_then(text).filter(|text| is_visible(text));
    let (Some(message), Some(name)) = (said(body.message), said(body.recipient)) else {
        return Ok((StatusCode::BAD_REQUEST, "Message and recipient are required").into_response());
    };
    let Some(recipient) = Recipient::of(&name).filter(|_| message.len() <= MESSAGE_BYTES_MAX) else {
        return Ok((StatusCode::BAD_REQUEST, "Message or recipient cannot be used").into_response());
    };
    if caller == Caller::Public && recipient.channel != Channel::Push {
        return Ok((StatusCode::FORBIDDEN, "This recipient needs a key").into_response());
    }
    let (event_id, own) = (format!("notify:{}", Uuid::now_v7()), shop.now());
    let payload = json!({"id": event_id, "type": KIND, "occurred_at": own.to_string(), "message": message,
        "recipient": name});
    let new = NewDelivery {
        event_id,
        event_type: KIND.to_owned(),
        channel: recipient.channel,
        target: recipient.target,
        template: if recipient.channel == Channel::Email { "message" } else { "" },
        payload: payload.to_string(),
        order_id: None,
    };
    let written = here(&shop.orders, "notifications")?.write(move |tx| {
        let now = tx.now(own)?;
        let hour_ago = now.plus_micros(-3_600 * MICROS_PER_SECOND);
        if store::was_told(tx, (&new.target, KIND), (HOUR_MAX, hour_ago))? {
            return Ok(false);
        }
        if let Some(id) = store::insert(tx, &new, now)?
            && new.channel == Channel::Push
        {
            push::store::put(tx, &id, now)?;
        }
        Ok::<_, Error>(true)
    });
    if !written.await? {
        return Ok((StatusCode::TOO_MANY_REQUESTS, "Too many messages to this recipient").into_response());
    }
    shop.told.tell();
    Ok("Notification sent".into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_whom_a_message_goes_to() {
        let check = |name: &str, expected: Option<(Channel, &str)>| {
            let expected = expected.map(|(channel, target)| Recipient { channel, target: target.to_owned() });
            assert_eq!(Recipient::of(name), expected, "{name}");
        };
        check(" ann@shop.example ", Some((Channel::Email, "ann@shop.example")));
        check("ann@", None);
        check("ann@b.test\r\nBcc: x", None);
        let id = "0190a000-0000-7000-8000-000000000001";
        check(&format!("webhook:{id}"), Some((Channel::Webhook, id)));
        check("webhook:http://127.0.0.1", None);
        check("kitchen", Some((Channel::Push, "kitchen")));
        check(&"x".repeat(255), None);
    }
}
