//! News for whoever runs the shop that come from elsewhere than the stream of orders; who they are and of what they want to be told is
//! in [`choice`].

pub mod choice;
pub mod http;
pub(super) mod store;
#[cfg(test)]
mod tests;

use kassa_db::Error;
use serde_json::Value;

use super::delivery::{Channel, NewDelivery};
use super::store::insert;
use crate::shop::Shop;

/// Something that whoever runs the shop should know.
#[derive(Debug, Clone)]
pub struct StaffNews {
    /// Its own: the same is told once, however often it is told here, and by however many processes.
    pub id: String,
    /// What it is.
    pub topic: Topic,
    /// What the letter names.
    pub payload: Value,
}

/// What it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// The books do not agree; `violations`.
    AuditRed,
    /// An alert of the reports fires; `alert`.
    Alert,
    /// A week or a month is over; `report`.
    Report,
}

impl Topic {
    /// The name of the event, and the letter's template.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::AuditRed => ("AuditRed", "staff-audit-red"),
            Self::Alert => ("AlertFiring", "staff-alert"),
            Self::Report => ("Report", "staff-report"),
        }
    }
}

/// Tells each of the staff who wants to know, where the orders of the shop are in this process.
///
/// # Errors
/// The database's.
pub async fn tell_staff(shop: &Shop, news: StaffNews) -> Result<(), Error> {
    let Some(db) = shop.orders.as_ref() else { return Ok(()) };
    let (configured, own) = (shop.options.mail.staff.clone(), shop.now());
    let (kind, template) = news.topic.names();
    let made = db.write(move |tx| {
        let now = tx.now(own)?;
        let mut made = 0;
        for address in store::read(tx, &configured)?.of(template) {
            let new = NewDelivery {
                event_id: news.id.clone(),
                event_type: kind.to_owned(),
                channel: Channel::Email,
                target: address.clone(),
                template,
                payload: news.payload.to_string(),
                order_id: None,
            };
            made += usize::from(insert(tx, &new, now)?.is_some());
        }
        Ok::<_, Error>(made)
    });
    if made.await? > 0 {
        shop.told.tell();
    }
    Ok(())
}
