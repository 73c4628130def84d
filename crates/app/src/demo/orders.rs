//! The orders of the demo's visits, placed with the times of then by the same function that places all orders, so that
//! stock, books and revenue agree with the traffic.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::http::{HeaderMap, HeaderValue, header::USER_AGENT};
use kassa_commerce::Shop;
use kassa_commerce::visit::{Context, ContextBody, Visit};
use kassa_commerce::{idempotency, outbox};

use kassa_commerce::orders::payments::status::PaymentStatus;
use kassa_commerce::orders::{
    Details, Item, Items, Orderer, PlaceError, PlaceOrder, Source, StockPlace, bring_further, place,
};
use kassa_model::visitor_from;
use uuid::Uuid;

use super::fates::Act;
use super::people;
use super::traffic::Purchase;

/// How long a day's orders may take to reach the log before the next day's traffic follows.
const PATIENCE: Duration = Duration::from_secs(10);

/// Does what happens to orders, in order of time, and waits until it is in the log: then each order finds its visit.
///
/// # Errors
/// The database's; an order that the rules refuse.
pub(super) async fn see_to(shop: &Arc<Shop>, acts: &[Act]) -> anyhow::Result<()> {
    if acts.is_empty() {
        return Ok(());
    }
    let db = shop.orders.clone().context("orders are in another process")?;
    let asks = acts.iter().map(|act| Ok((ask(shop, &act.purchase)?, act.further.clone(), act.at)));
    let asks: Vec<_> = asks.collect::<anyhow::Result<_>>()?;
    let orders = db.clone();
    db.write(move |tx| {
        for (ask, further, at) in &asks {
            match further.clone() {
                None => drop(place(tx, ask, *at)?),
                Some(further) => bring_further(tx, &ask.id, further, *at)?,
            }
        }
        Ok::<_, PlaceError>(())
    })
    .await
    .context("cannot place the demo's orders")?;
    let begin = Instant::now();
    while outbox::unpublished(&orders).await? > 0 && begin.elapsed() < PATIENCE {
        shop.wake.wake();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// The same for the same purchase, by which it is found again.
fn id(purchase: &Purchase) -> Uuid {
    let micros = purchase.at.micros();
    let [a, b, c, d] = purchase.address;
    let [.., e, f, g, h, i, j] = micros.to_be_bytes();
    let millis = u64::try_from(micros / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[a, b, c, d, e, f, g, h, i, j]).into_uuid()
}

fn ask(shop: &Shop, purchase: &Purchase) -> anyhow::Result<PlaceOrder> {
    let items = Items::new([Item { sku: purchase.sku.to_owned(), quantity: purchase.quantity }])?;
    let site = shop.options.site.as_str();
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(purchase.agent));
    let salts = shop.options.salts.as_ref().map(|salts| salts.at(purchase.at));
    let address = IpAddr::from(purchase.address);
    let (salts, received_at) = (salts.as_ref(), purchase.at);
    let visit = Visit { site, address, headers: &headers, salts, rules: None, received_at };
    let mut context = Context::new(&visit, &ContextBody::default());
    if let Some(user) = &purchase.user {
        let visitor = visitor_from(site, user);
        (context.user, context.visitor) = (Some(user.clone()), Some(visitor));
        context.route_key = visitor.unsigned_abs();
    }
    let context = context.routed(shop.options.partition_by);
    let stock = match shop.stock.in_one_transaction() {
        true => StockPlace::SameDatabase,
        false => StockPlace::Apart,
    };
    let house = || purchase.address.map(|byte| format!("{byte:02x}")).concat();
    let (customer, address) = people::customer(&purchase.user.clone().unwrap_or_else(house));
    // The same visit of the same day is the same order, so that filling in again places none twice.
    let reference = format!("demo-{:x}", purchase.at.micros());
    let said: BTreeMap<&str, &str> = BTreeMap::from([("demo", reference.as_str())]);
    Ok(PlaceOrder {
        id: id(purchase).to_string(),
        items,
        customer,
        scope: format!("{site}/public"),
        fingerprint: idempotency::fingerprint("POST", "/v1/orders", &said),
        client_reference: Some(reference),
        key: None,
        orderer: Orderer::Known,
        context,
        details: Details { shipping_address: Some(address), ..Details::default() },
        source: Source::Web,
        products: None,
        currency: shop.options.currency,
        stock,
        payment_status: Some(PaymentStatus::Unpaid),
    })
}
