//! Who orders during a game day: four a second, each by the public route's own function and with a key, tried again where it is refused
//! for now; every fifth sends his order once more, as if its answer had been lost.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use axum::body::to_bytes;
use axum::http::{HeaderMap, HeaderValue, header::USER_AGENT};
use kassa_commerce::Shop;
use kassa_commerce::inventory::{self, LedgerKind, Movement, store};
use kassa_commerce::orders::http::place_public;
use kassa_db::Tx;
use kassa_model::Timestamp;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::super::goods::{GOODS, Good};
use super::super::random::Random;
use super::told::Tally;

/// Orders of a second.
const A_SECOND: u64 = 4;
/// How often an order is tried that is refused for now, and how long after.
const TRIES: u32 = 5;
const AGAIN_AFTER: Duration = Duration::from_millis(400);
/// Products that are ordered; the first is not stocked up, so that it may sell out.
const PRODUCTS: usize = 6;
/// Of an order at most so many pieces.
const PIECES_MAX: u64 = 3;
const AGENT: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
/// Bytes of an answer at most.
const ANSWER_MAX: usize = 1 << 20;

type Tell = Box<dyn Fn(Tally) + Send + Sync>;

/// The buyers of a game day.
pub(super) struct Buyers {
    shop: Arc<Shop>,
    /// What their keys begin with.
    id: String,
    skus: Vec<String>,
    tell: Tell,
    tally: Mutex<Tally>,
    /// The order of each key that was answered with one.
    orders: Mutex<BTreeMap<String, String>>,
    is_over: AtomicBool,
}

impl std::fmt::Debug for Buyers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buyers").field("id", &self.id).finish_non_exhaustive()
    }
}

/// An answer to an order.
struct Answer {
    status: u16,
    order: Option<String>,
}

impl Buyers {
    /// Who orders in the game day `id` of so many seconds, once there is stock for most of it.
    pub(super) async fn new(shop: Arc<Shop>, id: &str, seconds: u64, tell: Tell) -> anyhow::Result<Self> {
        let db = shop.inventory.clone().context("stock is in another process")?;
        let (now, day) = (shop.now(), id.to_owned());
        let pieces = i64::try_from(seconds * A_SECOND * PIECES_MAX)?;
        let skus = db.write(move |tx| stock_up(tx, (&day, pieces), now)).await?;
        let (tally, orders) = (Mutex::default(), Mutex::default());
        Ok(Self { shop, id: id.to_owned(), skus, tell, tally, orders, is_over: AtomicBool::new(false) })
    }

    /// No more orders.
    pub(super) fn go_home(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// What they order.
    pub(super) fn skus(&self) -> &[String] {
        &self.skus
    }

    /// The orders that they were answered with, by key.
    pub(super) fn orders(&self) -> BTreeMap<String, String> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often two orders were answered for one key.
    pub(super) fn doubled(&self) -> u64 {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).doubled
    }

    /// Orders until the time is over or they go home, and until the last is answered.
    pub(super) async fn order_for(self: Arc<Self>, length: Duration) {
        let begun = Instant::now();
        let mut under_way = JoinSet::new();
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / u32::try_from(A_SECOND).unwrap_or(1));
        let mut number = 0;
        while begun.elapsed() < length && !self.is_over.load(Ordering::Relaxed) {
            ticks.tick().await;
            number += 1;
            under_way.spawn(Arc::clone(&self).order(number));
            while under_way.try_join_next().is_some() {}
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn order(self: Arc<Self>, number: u64) {
        let key = format!("game-day-{}-{number}", self.id);
        let mut dice = Random::new(number);
        // A third wants what there is little of.
        let place = if dice.chance(33) { 0 } else { 1 + dice.below(self.skus.len() as u64 - 1) as usize };
        let quantity = 1 + dice.below(PIECES_MAX);
        let name = format!("Game day {number}");
        let body =
            json!({"items": [{"sku": self.skus[place], "quantity": quantity}], "customer": {"name": name}});
        self.count(|tally| tally.asked += 1);
        let begun = Instant::now();
        let answer = self.ask(&key, &body, number).await;
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.count(|tally| {
            tally.slowest_ms = tally.slowest_ms.max(took);
            *match answer.status {
                200 | 201 => &mut tally.confirmed,
                202 => &mut tally.accepted,
                422 => &mut tally.failed,
                _ => &mut tally.refused,
            } += 1;
        });
        let Some(order) = answer.order else { return };
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), order.clone());
        if number.is_multiple_of(5) {
            let again = self.ask(&key, &body, number).await;
            let other = again.order.is_some_and(|again| again != order);
            self.count(|tally| {
                tally.repeated += 1;
                tally.doubled += u64::from(other);
            });
        }
    }

    /// Sends an order until it is answered for good.
    async fn ask(&self, key: &str, body: &Value, number: u64) -> Answer {
        let mut answer = self.send(key, body, number).await;
        for _ in 1..TRIES {
            if !matches!(answer.status, 409 | 500..) {
                break;
            }
            tokio::time::sleep(AGAIN_AFTER).await;
            answer = self.send(key, body, number).await;
        }
        answer
    }

    async fn send(&self, key: &str, body: &Value, number: u64) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        // Addresses of documentation (RFC 5737): nobody's.
        let address = IpAddr::from([192, 0, 2, u8::try_from(number % 250).unwrap_or(0)]);
        let placed = place_public(&self.shop, key, (&headers, address), body.clone()).await;
        let response = match placed {
            Ok(response) => response,
            Err(problem) => return Answer { status: problem.status().as_u16(), order: None },
        };
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), ANSWER_MAX).await.unwrap_or_default();
        let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        // Of an order that has failed the problem names it.
        let id = said["id"].as_str().or(said["order_id"].as_str());
        Answer { status, order: id.map(str::to_owned) }
    }

    fn count(&self, how: impl FnOnce(&mut Tally)) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        how(&mut tally);
        (self.tell)(*tally);
    }
}

/// What is ordered: the demo's product of which there is least, and others, of which a delivery makes enough.
fn stock_up(tx: &mut Tx<'_>, (id, pieces): (&str, i64), now: Timestamp) -> anyhow::Result<Vec<String>> {
    let firsts: Vec<&str> =
        GOODS.products.iter().filter_map(|good| Good::delivery(good).next()).map(|(sku, _)| sku).collect();
    let mut stocks = store::by_skus(tx, &firsts)?;
    stocks.sort_by_key(|stock| (stock.available() <= 0, stock.available()));
    stocks.truncate(PRODUCTS);
    if stocks.len() < 2 {
        bail!("the demo's products are gone: a game day needs two that have stock");
    }
    for stock in stocks.iter().skip(1) {
        let quantity = pieces / PRODUCTS as i64 - stock.available();
        if quantity <= 0 {
            continue;
        }
        let (reference, kind) = (format!("game-day/{id}/{}", stock.sku), LedgerKind::Receive);
        let reason = Some("a delivery for the game day".to_owned());
        let movement = Movement { reference, sku: stock.sku.clone(), kind, quantity, reason };
        inventory::move_by_hand(tx, &movement, now)?;
    }
    Ok(stocks.into_iter().map(|stock| stock.sku).collect())
}
