//! What an order needs to know of a product, from the catalogue's database or over HTTP from the catalog role.
//!
//! Over HTTP an answer is used for at most 5 s; after that it is asked whether it still holds, by its `ETag`. A catalogue
//! that cannot be reached and is not remembered means that no order can be taken: a client's price never counts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::http::header::IF_NONE_MATCH;
use kassa_db::{Db, Error};
use kassa_model::Clock;
use kassa_service::client::{Answer, Call, Client, Sent};
use kassa_service::{Breaker, breaker};

use super::offer::{Offer, etag};
use crate::catalog;
use crate::peer::{Peer, is_failure};

/// How long the catalog role has to answer.
const DEADLINE: Duration = Duration::from_millis(800);
/// How long an answer is used without asking.
const FRESH: Duration = Duration::from_secs(5);
/// Products that are remembered.
const REMEMBERED_MAX: usize = 100_000;
/// SKUs in one call, so that an address stays short.
const SKUS_MAX: usize = 20;
/// `?sku=` or `?id=`, may be repeated: what orders need to know of products.
pub const PRODUCTS: &str = "/v1/internal/products";

/// The catalog role cannot be reached, and what it last said is too old or was never heard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot ask the catalogue for prices: {0}")]
pub struct Unreachable(pub String);

/// The catalogue of another process.
#[derive(Debug)]
pub struct RemoteCatalog {
    peer: Peer,
    breaker: Arc<Breaker>,
    remembered: Mutex<HashMap<String, Remembered>>,
}

#[derive(Debug, Clone)]
struct Remembered {
    /// `None`: there is no such product.
    offer: Option<Offer>,
    checked: Instant,
}

impl RemoteCatalog {
    /// Asks with `client`, through a circuit breaker.
    pub(crate) fn new(client: Client, clock: &Arc<dyn Clock>, options: breaker::Options) -> Self {
        let breaker = Arc::new(Breaker::new("catalog", Arc::clone(clock), options));
        let peer = Peer::new("catalog", client, format!("{PRODUCTS}?sku=-"));
        Self { peer, breaker, remembered: Mutex::default() }
    }

    /// The role.
    pub fn peer(&self) -> &Peer {
        &self.peer
    }

    /// The circuit breaker before it.
    pub fn breaker(&self) -> &Arc<Breaker> {
        &self.breaker
    }

    /// The products of these SKUs that there are, archived ones too.
    ///
    /// # Errors
    /// [`Unreachable`] unless all of them are known from the last 5 s.
    pub async fn by_skus(&self, skus: &[&str]) -> Result<Vec<Offer>, Unreachable> {
        let mut asked: Vec<String> = skus.iter().map(|sku| (*sku).to_owned()).collect();
        asked.sort_unstable();
        asked.dedup();
        let mut offers = Vec::with_capacity(asked.len());
        let mut stale = Vec::new();
        for sku in asked {
            match self.recall(&sku) {
                Some(known) if known.checked.elapsed() < FRESH => offers.extend(known.offer),
                known => stale.push((sku, known)),
            }
        }
        for part in stale.chunks(SKUS_MAX) {
            offers.extend(self.ask(part).await?);
        }
        Ok(offers)
    }

    /// The products of these numbers that there are, archived ones too. Asked each time: only an old dialect names products
    /// so, and the order then looks at the remembered ones by SKU.
    ///
    /// # Errors
    /// [`Unreachable`].
    pub async fn by_ids(&self, ids: &[i64]) -> Result<Vec<Offer>, Unreachable> {
        let mut offers = Vec::with_capacity(ids.len());
        for part in ids.chunks(SKUS_MAX) {
            let query: Vec<String> = part.iter().map(|id| format!("id={id}")).collect();
            let call = Call::get(format!("{PRODUCTS}?{}", query.join("&"))).within(DEADLINE);
            let answer = self.call(call).await?;
            if answer.status != StatusCode::OK {
                return Err(Unreachable(format!("it answered {}", answer.status)));
            }
            let found: Vec<Offer> =
                answer.json().map_err(|error| Unreachable(format!("its answer is unreadable: {error}")))?;
            offers.extend(found);
        }
        Ok(offers)
    }

    async fn ask(&self, part: &[(String, Option<Remembered>)]) -> Result<Vec<Offer>, Unreachable> {
        let query: Vec<String> = part.iter().map(|(sku, _)| format!("sku={}", encoded(sku))).collect();
        let mut call = Call::get(format!("{PRODUCTS}?{}", query.join("&"))).within(DEADLINE);
        let known: Option<Vec<Offer>> = part
            .iter()
            .map(|(_, known)| known.as_ref().map(|known| known.offer.clone()))
            .collect::<Option<Vec<_>>>()
            .map(|known| known.into_iter().flatten().collect());
        if let Some(known) = &known {
            call = call.header(IF_NONE_MATCH, &etag(known.iter()));
        }
        let answer = self.call(call).await?;
        let offers = match known {
            Some(known) if answer.status == StatusCode::NOT_MODIFIED => known,
            _ if answer.status == StatusCode::OK => {
                answer.json().map_err(|error| Unreachable(format!("its answer is unreadable: {error}")))?
            }
            _ => return Err(Unreachable(format!("it answered {}", answer.status))),
        };
        self.remember(part, &offers);
        Ok(offers)
    }

    async fn call(&self, call: Call) -> Result<Answer, Unreachable> {
        let permit = self.breaker.permit().map_err(|refused| Unreachable(refused.to_string()))?;
        let sent = self.peer.send(call).await;
        if is_failure(&sent) {
            permit.failed()
        } else {
            permit.succeeded()
        }
        match sent {
            Sent::Answer(answer) => Ok(answer),
            Sent::NotSent(why) | Sent::Unknown(why) => Err(Unreachable(why)),
        }
    }

    fn recall(&self, sku: &str) -> Option<Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).get(sku).cloned()
    }

    fn remember(&self, part: &[(String, Option<Remembered>)], offers: &[Offer]) {
        let checked = Instant::now();
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() + part.len() > REMEMBERED_MAX {
            remembered.clear();
        }
        for (sku, _) in part {
            let offer = offers.iter().find(|offer| offer.sku == *sku).cloned();
            remembered.insert(sku.clone(), Remembered { offer, checked });
        }
    }
}

/// The products of these SKUs from the catalogue's own database.
pub(crate) async fn read(db: &Db, skus: Vec<String>) -> Result<Vec<Offer>, Error> {
    let offers = db.read(move |tx| {
        let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
        catalog::store::offers(tx, &skus)
    });
    offers.await
}

/// The products of these numbers from the catalogue's own database, as their first variants sell them.
pub(crate) async fn read_by_ids(db: &Db, ids: Vec<i64>) -> Result<Vec<Offer>, Error> {
    db.read(move |tx| catalog::store::first_offers(tx, &ids)).await
}

/// Percent-encoding of everything but unreserved characters (RFC 3986, section 2.3).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
