//! Mails: a delivery becomes a letter, and goes to a server by SMTP or into a folder.

mod bounded;
pub(super) mod letter;
mod mailbox;
mod options;
pub mod page;
mod smtp;
mod url;

use std::sync::Arc;

use serde_json::Value;

use self::letter::Letter;
use self::mailbox::Mailbox;
use super::delivery::{Delivery, Sent};
use super::templates::{self, About};
use crate::orders::sources;
use crate::shop::Shop;
use crate::storefront::settings::Settings;
use crate::storefront::store;

pub use options::MailOptions;
pub use url::{BadMailUrl, MailUrl};

/// Sends a delivery.
pub(super) async fn send(shop: &Arc<Shop>, delivery: &Delivery) -> Sent {
    let never = |answer: String| Sent::Never { status: None, answer };
    let letter = match written(shop, delivery).await {
        Ok(letter) => letter,
        Err(Unwritten::Now(answer)) => return Sent::Later { status: None, answer, after: None },
        Err(Unwritten::Ever(why)) => return never(why),
    };
    let options = &shop.options.mail;
    let sender = options.sender();
    let message = sender.and_then(|sender| Ok((sender.message(delivery, &letter)?, sender)));
    let (message, sender) = match message {
        Ok(both) => both,
        Err(why) => return never(why),
    };
    match &options.url {
        MailUrl::Mailbox => Mailbox::new(&options.mailbox).put(&delivery.id, message.formatted()).await,
        MailUrl::Smtp(server) => {
            smtp::send(server, sender.host(), message.envelope(), &message.formatted()).await
        }
    }
}

/// Removes a mail from the folder of mails: nobody is to be told any more.
pub(super) fn forget(shop: &Shop, id: &str) {
    if let Err(error) = Mailbox::new(&shop.options.mail.mailbox).remove(id) {
        tracing::error!(%error, id, "a mail to somebody who was erased cannot be removed; the next start tries");
    }
}

/// Whether mails would be taken: a server says hello. A folder takes them always.
///
/// # Errors
/// Why not.
pub async fn ask(shop: &Shop) -> Result<(), String> {
    let options = &shop.options.mail;
    match &options.url {
        MailUrl::Mailbox => Ok(()),
        MailUrl::Smtp(server) => smtp::ask(server, options.sender()?.host()).await,
    }
}

/// Why there is no letter.
#[derive(Debug)]
pub(super) enum Unwritten {
    /// The database, which may be back.
    Now(String),
    /// What it is about.
    Ever(String),
}

/// The letter of a delivery.
pub(super) async fn written(shop: &Arc<Shop>, delivery: &Delivery) -> Result<Letter, Unwritten> {
    let payload: Value = serde_json::from_str(&delivery.payload)
        .map_err(|error| Unwritten::Ever(format!("its payload cannot be read: {error}")))?;
    let about = about(shop, delivery, &payload).await.map_err(|error| Unwritten::Now(error.to_string()))?;
    let folder = &shop.options.mail.templates;
    templates::letter(folder, &about, &delivery.template, &payload).await.map_err(Unwritten::Ever)
}

async fn about(shop: &Arc<Shop>, delivery: &Delivery, payload: &Value) -> Result<About, kassa_db::Error> {
    let shown = shown(shop).await?;
    let language = language(&shown.shown_languages(), &delivery.template, payload).to_owned();
    about_in(shop, &shown, (delivery.order_id.as_deref(), language)).await
}

/// The shop as a letter in this language speaks of it, about this order.
///
/// # Errors
/// The database's.
pub(super) async fn about_order(
    shop: &Arc<Shop>,
    order_id: Option<&str>,
    language: String,
) -> Result<About, kassa_db::Error> {
    about_in(shop, &shown(shop).await?, (order_id, language)).await
}

/// The storefront as it is set.
async fn shown(shop: &Shop) -> Result<Settings, kassa_db::Error> {
    let set = match &shop.catalog {
        Some(db) => db.read(store::read).await?.0,
        None => Default::default(),
    };
    Ok(set.over(&shop.options.storefront))
}

async fn about_in(
    shop: &Arc<Shop>,
    shown: &Settings,
    (order_id, language): (Option<&str>, String),
) -> Result<About, kassa_db::Error> {
    let order_path = match order_id {
        Some(id) => Some(sources::links(shop).await?.link(id)),
        None => None,
    };
    Ok(About {
        name: shown.shown_name().to_owned(),
        imprint: shown.imprint.clone().filter(|text| !text.is_empty()),
        language,
        origin: origin(shop),
        order_path,
    })
}

/// Of the shop's languages the one that a letter is in: that of the order, or of who asked for it, or the first. Whoever runs the
/// shop reads its first.
fn language<'a>(shown: &[&'a str], template: &str, payload: &Value) -> &'a str {
    let said = payload["order"]["language"].as_str().or(payload["language"].as_str());
    let said = said.filter(|_| !template.starts_with(templates::TO_STAFF));
    let primary = said.and_then(|tag| tag.split('-').next()).unwrap_or_default();
    let found = shown.iter().find(|language| language.eq_ignore_ascii_case(primary));
    found.unwrap_or(&shown[0])
}

/// Under which origin the shop is reached, where that is known.
fn origin(shop: &Shop) -> Option<String> {
    let set = &shop.options.mail.origin;
    if !set.is_empty() {
        return Some(set.clone());
    }
    shop.access.site(&shop.options.site)?.origins.first().cloned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_letter_is_in_the_language_of_its_order() {
        let check = |said: Value, template: &str, expected: &str| {
            let payload = json!({"order": {"language": said}});
            assert_eq!(language(&["de", "en"], template, &payload), expected, "{payload} {template}");
        };
        check(json!("en"), "order-confirmed", "en");
        check(json!("EN-gb"), "order-confirmed", "en");
        check(json!("en"), "staff-new-order", "de");
        check(json!("ar"), "order-confirmed", "de");
        check(json!("e"), "order-confirmed", "de");
        check(json!("../en"), "order-confirmed", "de");
        check(json!(null), "order-confirmed", "de");
        assert_eq!(language(&["ar"], "back-in-stock", &json!({"product": {}})), "ar");
        let asked = json!({"product": {}, "language": "de-AT"});
        assert_eq!(language(&["ar", "de"], "back-in-stock", &asked), "de");
    }
}
