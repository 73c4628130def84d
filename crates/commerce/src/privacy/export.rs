//! All that is kept of a person, as one JSON document.
//!
//! ```json
//! {"customers":[{"id":"0190…","email":"alice@shop.test","name":"Alice","phone":null,…}],
//!  "orders":[{"order":{…},"shipping_address":{…},"billing_address":null,"history":[{"kind":"OrderConfirmed","at":"…"}],
//!    "fulfilments":[],"payments":[],"refunds":[],"visit":{"user":"42","path":"/cart","agent":"Mozilla/5.0 …",…}}],
//!  "waiting_lists":[{"sku":"mug","email":"alice@shop.test","since":"…","language":"de"}]}
//! ```

use kassa_db::{Db, Error, Tx};
use serde::Serialize;
use serde_json::{Value, json};

use super::found::Found;
use super::store;
use crate::orders::view::Audience;
use crate::orders::{details, fulfilments, payments};
use crate::shop::Shop;

/// What the shop's databases hold of whom `found` is.
#[derive(Debug, Default, Serialize)]
pub struct Exported {
    customers: Vec<Value>,
    orders: Vec<Value>,
    waiting_lists: Vec<Value>,
}

/// Reads it.
///
/// # Errors
/// The database's.
pub async fn export(shop: &Shop, found: &Found) -> Result<Exported, Error> {
    let mut exported = Exported::default();
    if let Some(db) = &shop.orders {
        for id in &found.orders {
            let id = id.clone();
            exported.orders.extend(db.read(move |tx| order(tx, &id)).await?);
        }
        let ids = found.customers.clone();
        exported.customers = db
            .read(move |tx| {
                let mut customers = Vec::new();
                for id in &ids {
                    customers.extend(store::customer(tx, id)?);
                }
                Ok::<_, Error>(customers)
            })
            .await?;
    }
    if let Some(db) = &shop.catalog {
        exported.waiting_lists = waiting(db, found).await?;
    }
    Ok(exported)
}

async fn waiting(db: &Db, found: &Found) -> Result<Vec<Value>, Error> {
    let emails = found.emails.clone();
    db.read(move |tx| {
        let mut lists = Vec::new();
        for email in &emails {
            lists.extend(store::waiting(tx, email)?);
        }
        Ok(lists)
    })
    .await
}

fn order(tx: &mut Tx<'_>, id: &str) -> Result<Option<Value>, Error> {
    let Some(order) = crate::orders::store::by_id(tx, id)? else { return Ok(None) };
    let (shipping, billing) = details::store::of_order(tx, id)?;
    let history = crate::orders::store::events(tx, id)?;
    let history = history.iter().map(|(kind, at)| json!({"kind": kind, "at": at.to_string()}));
    let payments = payments::store::of_order(tx, id)?;
    let payments = payments.iter().map(|payment| json!(payment.view()));
    let refunds = crate::orders::store::refunds(tx, id)?;
    let refunds = refunds.iter().map(|(refund, at)| {
        let amount = order.money(refund.amount_minor);
        json!({"id": refund.id, "amount": amount, "lines": refund.lines, "created_at": at.to_string()})
    });
    Ok(Some(json!({
        "order": order.view(Audience::Shop),
        "shipping_address": shipping,
        "billing_address": billing,
        "history": history.collect::<Vec<_>>(),
        "fulfilments": fulfilments::store::of_order(tx, id)?,
        "payments": payments.collect::<Vec<_>>(),
        "refunds": refunds.collect::<Vec<_>>(),
        "staff_note": crate::orders::store::staff_note(tx, id)?,
        "visit": order.context,
    })))
}
