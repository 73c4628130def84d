//! An order as whoever has its link sees it, from the moment it was taken until it is there.
//!
//! ```json
//! {"id":"0190…","number":7,"status":"confirmed","payment_status":"unpaid","fulfilment_status":"unfulfilled",
//!  "total":{"amount_minor":99800,"currency":"USD"},"lines":[{"sku":"ps5","name":"PlayStation 5","variant_title":null,
//!  "slug":"playstation-5","image":null,"quantity":2,"unit_price":{"amount_minor":49900,"currency":"USD"},
//!  "total":{"amount_minor":99800,"currency":"USD"}}],
//!  "customer":{"name":"Alice","email":"alice@shop.test"},"shipping_address":null,"billing_address":null,"note":null,
//!  "fulfilments":[],"events":[{"kind":"confirmed","at":"2026-11-21T05:00:00Z"}],"created_at":"2026-11-21T05:00:00Z"}
//! ```
//! `slug` and `image` are null of what is not sold any more, and of everything where the catalogue is in another process.

use std::collections::HashMap;

use kassa_db::Error;
use kassa_model::{Money, Timestamp};
use serde::Serialize;
use uuid::Uuid;

use super::details::{self, Address, Addresses};
use super::fulfilments;
use super::fulfilments::fulfilment::Fulfilment;
use super::fulfilments::status::{FulfilmentStatus, Stage};
use super::order::{Customer, Line, Order};
use super::payments::status::PaymentStatus;
use super::sources::links;
use super::store;
use crate::catalog::{self, Picture, image};
use crate::shop::Shop;

/// An order as JSON for whoever has its link.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderStatus {
    id: String,
    number: i64,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_reason: Option<String>,
    payment_status: Option<PaymentStatus>,
    fulfilment_status: FulfilmentStatus,
    total: Money,
    lines: Vec<LineStatus>,
    customer: Customer,
    shipping_address: Option<Address>,
    billing_address: Option<Address>,
    note: Option<String>,
    fulfilments: Vec<Fulfilment>,
    events: Vec<EventStatus>,
    created_at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct LineStatus {
    sku: String,
    name: String,
    variant_title: Option<String>,
    slug: Option<String>,
    image: Option<Picture>,
    quantity: i64,
    unit_price: Money,
    total: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct EventStatus {
    kind: &'static str,
    at: String,
}

/// All that the orders' database knows of it.
#[derive(Debug)]
struct Known {
    order: Order,
    addresses: Addresses,
    fulfilments: Vec<Fulfilment>,
    events: Vec<(String, Timestamp)>,
}

/// The order with this UUID for whoever has `key`, the `k` of its link; `None` where there is none, or it has another key.
///
/// # Errors
/// The database's.
pub async fn by_link(shop: &Shop, id: &str, key: &str) -> Result<Option<OrderStatus>, Error> {
    let Ok(id) = Uuid::try_parse(id) else { return Ok(None) };
    let id = id.as_hyphenated().to_string();
    let Some(db) = shop.orders.as_ref() else { return Ok(None) };
    if !links(shop).await?.opens(&id, key) {
        return Ok(None);
    }
    let read = db.read(move |tx| {
        let Some(order) = store::by_id(tx, &id)? else { return Ok(None) };
        let (addresses, events) = (details::store::of_order(tx, &id)?, store::events(tx, &id)?);
        let fulfilments = fulfilments::store::of_order(tx, &id)?;
        Ok::<_, Error>(Some(Known { order, addresses, fulfilments, events }))
    });
    let Some(known) = read.await? else { return Ok(None) };
    let sold = sold(shop, &known.order).await;
    Ok(Some(known.status(&sold)))
}

/// What the catalogue knows of the products of an order, by SKU.
#[derive(Debug, Default)]
struct Sold {
    /// Where their pages are.
    slugs: HashMap<String, String>,
    /// What they look like.
    pictures: HashMap<String, Picture>,
}

/// Nothing where the catalogue cannot be asked, for the order can be shown without.
async fn sold(shop: &Shop, order: &Order) -> Sold {
    let Some(catalog) = shop.catalog.as_ref() else { return Sold::default() };
    let skus: Vec<String> = order.lines.iter().map(|line| line.sku.clone()).collect();
    let found = catalog.read(move |tx| {
        let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
        let slugs = catalog::store::slugs(tx, &skus)?.into_iter().collect();
        Ok::<_, Error>(Sold { slugs, pictures: image::store::of_skus(tx, &skus)?.into_iter().collect() })
    });
    found.await.unwrap_or_default()
}

impl Known {
    fn status(self, sold: &Sold) -> OrderStatus {
        let Self { order, addresses: (shipping_address, billing_address), fulfilments, events } = self;
        let event = |(kind, at): (&'static str, Timestamp)| EventStatus { kind, at: at.to_string() };
        OrderStatus {
            number: order.number,
            status: order.status.name(),
            fail_reason: order.fail_reason.clone(),
            payment_status: order.payment_status,
            fulfilment_status: order.fulfilment_status(),
            total: order.money(order.total_minor),
            lines: order.lines.iter().map(|line| line_status(&order, line, sold)).collect(),
            shipping_address,
            billing_address,
            events: told(&events, &fulfilments).into_iter().map(event).collect(),
            fulfilments,
            created_at: order.created_at.to_string(),
            id: order.id,
            customer: order.customer,
            note: order.note,
        }
    }
}

fn line_status(order: &Order, line: &Line, sold: &Sold) -> LineStatus {
    LineStatus {
        sku: line.sku.clone(),
        name: line.name.clone(),
        variant_title: line.variant_title.clone(),
        slug: sold.slugs.get(&line.sku).cloned(),
        image: sold.pictures.get(&line.sku).cloned(),
        quantity: line.quantity,
        unit_price: order.money(line.unit_price_minor),
        total: order.money(line.total_minor()),
    }
}

/// What happened, to whoever has ordered, in the order of its times. Parcels are told of as they are now: one that was taken back has
/// never left, and orders from before have none.
fn told(events: &[(String, Timestamp)], parcels: &[Fulfilment]) -> Vec<(&'static str, Timestamp)> {
    let mut told = Vec::new();
    for (kind, at) in events {
        let kind = match kind.as_str() {
            "OrderAccepted" => "accepted",
            "OrderConfirmed" => "confirmed",
            "OrderFailed" => "failed",
            "OrderEdited" => "edited",
            "OrderCancelled" => "cancelled",
            "OrderPaid" => "paid",
            "OrderRefunded" => "refunded",
            "OrderFulfilled" if parcels.is_empty() => "shipped",
            _ => continue,
        };
        told.push((kind, *at));
    }
    for parcel in parcels.iter().filter(|parcel| parcel.status != Stage::Cancelled) {
        let packed = Some(parcel.created_at).filter(|at| parcel.shipped_at != Some(*at));
        let steps = [("packed", packed), ("shipped", parcel.shipped_at), ("delivered", parcel.delivered_at)];
        told.extend(steps.into_iter().filter_map(|(kind, at)| at.map(|at| (kind, at))));
    }
    // A stable sort: what happened at once stays in its order.
    told.sort_by_key(|(_, at)| *at);
    told
}
