//! One product ordered where there are no scripts: the form on its page leads to a page to look over, which has a random key and the
//! total, and that to the order. Sent twice it is one order; what costs something else by then is a choice.

pub(super) mod fields;
mod filled;
mod page;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use kassa_commerce::catalog::http::shelf;
use kassa_commerce::orders;
use kassa_model::Money;
use kassa_service::{ClientAddress, Problem, RawBody};
use serde_json::Value;
use uuid::Uuid;

use super::asked::Asking;
use super::data::{Common, Page, Product};
use super::front::{Front, Visit};
use super::gather;
use super::http::{private, unwritten};
use super::texts::{fill, texts_of};
use super::write::{self, About};
use crate::ui::Html;
use fields::What;
use filled::Filled;
use page::Goods;

/// The most bytes of a form.
const FORM_BYTES_MAX: usize = 32 << 10;
/// The most bytes of an answer about an order.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// How often, and after how long each time, it is asked what became of the same order sent a moment ago.
const TRIES: u32 = 40;
const BETWEEN: Duration = Duration::from_millis(250);

/// A form that was sent, and who has sent it.
struct Sent<'a> {
    front: &'a Front,
    visit: &'a Visit,
    address: IpAddr,
    common: &'a Common,
    filled: Filled,
}

/// What becomes of it.
enum Outcome {
    /// A page, and with which status.
    Page(StatusCode, Html),
    /// The order's page.
    Placed(String),
}

/// `POST /checkout`.
pub(super) async fn post_checkout(
    State(front): State<Arc<Front>>,
    ClientAddress(address): ClientAddress,
    visit: Visit,
    RawBody(body): RawBody,
) -> Result<Response, Problem> {
    let sent = read(&body)?;
    let common = gather::common(&front.shop).await?;
    let sent = Sent { front: &front, visit: &visit, address, common: &common, filled: Filled::of(&sent) };
    match sent.outcome().await? {
        Outcome::Placed(link) => {
            let headers = [(LOCATION, link.as_str()), (CACHE_CONTROL, "private, no-store")];
            Ok((StatusCode::SEE_OTHER, headers).into_response())
        }
        Outcome::Page(status, main) => {
            let origin = front.origin(&visit);
            let about = About::new((&common, &Page::Checkout), ("/checkout", &origin, front.site()));
            Ok(private(&front, &visit, (status, write::whole(&about, &main).map_err(unwritten)?)))
        }
    }
}

/// The fields of a form, which are written as a query is.
fn read(body: &[u8]) -> Result<Asking, Problem> {
    let unreadable = || Problem::bad_request("the form cannot be read");
    if body.len() > FORM_BYTES_MAX {
        return Err(unreadable());
    }
    let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
    let uri: Uri = format!("/?{text}").parse().map_err(|_| unreadable())?;
    Ok(Asking::of(&uri))
}

impl Sent<'_> {
    async fn outcome(&self) -> Result<Outcome, Problem> {
        let (texts, filled) = (texts_of(&self.common.shop.languages), &self.filled);
        if let Some(why) = filled.problem(texts) {
            return Ok(self.again(&why));
        }
        let (Some(what), Some(count)) = (&filled.what, filled.count()) else { return Ok(self.not_there()) };
        if let Some(key) = filled.key {
            return self.place(what, count, key).await;
        }
        Ok(match self.goods(what, count).await? {
            None => self.not_there(),
            Some(goods) if goods.what.price != what.price => self.changed(&goods),
            Some(goods) => self.review(&goods, (Uuid::new_v4(), "")),
        })
    }

    /// What is wanted, as it is now; none where it is not to be had.
    async fn goods(&self, what: &What, count: i64) -> Result<Option<Goods>, Problem> {
        let answer = match shelf::product(&self.front.shop, &format!("sku:{}", what.sku)).await {
            Ok(answer) => answer,
            Err(problem) if problem.status() == StatusCode::NOT_FOUND => return Ok(None),
            Err(problem) => return Err(problem),
        };
        let product: Product = serde_json::from_slice(&answer.body).map_err(unwritten)?;
        let variants = product.sold();
        let found = variants.iter().find(|variant| variant.sku == what.sku && !variant.is_sold_out());
        let Some(variant) = found else { return Ok(None) };
        let Some(amount_minor) = variant.price.amount_minor.checked_mul(count) else { return Ok(None) };
        Ok(Some(Goods {
            name: product.name.clone(),
            title: variant.title.clone(),
            what: What { price: variant.price, sku: what.sku.clone() },
            count,
            total: Money { amount_minor, ..variant.price },
        }))
    }

    /// Orders it, once for each key: whatever it costs by now, and whether there is some left, is asked by the order itself, which may
    /// have been placed before.
    async fn place(&self, what: &What, count: i64, key: Uuid) -> Result<Outcome, Problem> {
        let Some(amount_minor) = what.price.amount_minor.checked_mul(count) else {
            return Ok(self.not_there());
        };
        let total = Money { amount_minor, ..what.price };
        let page = format!("{}/checkout", self.front.origin(self.visit));
        let language = texts_of(&self.common.shop.languages).language;
        let body = self.filled.order((&what.sku, count), total, (&page, language));
        let (mut status, mut answer) = self.ask(key, &body).await?;
        for _ in 0..TRIES {
            if name_of(&answer) != "request-in-flight" {
                break;
            }
            tokio::time::sleep(BETWEEN).await;
            (status, answer) = self.ask(key, &body).await?;
        }
        if let (true, Some(link)) = (status.is_success(), answer["link"].as_str()) {
            return Ok(Outcome::Placed(link.to_owned()));
        }
        let texts = texts_of(&self.common.shop.languages);
        let why = fill(texts.shared.refused, answer["detail"].as_str().unwrap_or_default());
        if status == StatusCode::BAD_REQUEST {
            return Ok(self.again(&why));
        }
        Ok(match name_of(&answer) {
            "insufficient-stock" | "unknown-sku" => self.not_there(),
            name @ ("total-changed" | "idempotency-key-reused") => match self.goods(what, count).await? {
                None => self.not_there(),
                Some(goods) if name == "total-changed" => self.changed(&goods),
                Some(goods) => self.review(&goods, (Uuid::new_v4(), texts.own.new_key)),
            },
            _ if status == StatusCode::UNPROCESSABLE_ENTITY => self.again(&why),
            // It may have been done: the same key with the same order asks what became of it.
            _ => self.review(&self.as_sent(what, (count, total)).await, (key, &why)),
        })
    }

    /// What was ordered, as it was sent: what it costs now, and whether there is some left, may have come of this very order.
    async fn as_sent(&self, what: &What, (count, total): (i64, Money)) -> Goods {
        let found = shelf::product(&self.front.shop, &format!("sku:{}", what.sku)).await;
        let product: Option<Product> =
            found.ok().and_then(|answer| serde_json::from_slice(&answer.body).ok());
        let variants = product.as_ref().map(Product::sold).unwrap_or_default();
        let variant = variants.iter().find(|variant| variant.sku == what.sku);
        Goods {
            title: variant.and_then(|variant| variant.title.clone()),
            name: product.as_ref().map_or_else(|| what.sku.clone(), |product| product.name.clone()),
            what: what.clone(),
            count,
            total,
        }
    }

    /// One request for the order, as the API answers it.
    async fn ask(&self, key: Uuid, body: &Value) -> Result<(StatusCode, Value), Problem> {
        let (key, visitor) = (key.to_string(), (&self.visit.headers, self.address));
        let asked = orders::http::place_public(&self.front.shop, &key, visitor, body.clone()).await;
        let response = asked.unwrap_or_else(Problem::into_response);
        let status = response.status();
        let bytes = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await;
        Ok((status, serde_json::from_slice(&bytes.unwrap_or_default()).unwrap_or_default()))
    }

    fn again(&self, why: &str) -> Outcome {
        let texts = texts_of(&self.common.shop.languages);
        Outcome::Page(StatusCode::UNPROCESSABLE_ENTITY, page::again(texts, &self.filled, why))
    }

    fn review(&self, goods: &Goods, said: (Uuid, &str)) -> Outcome {
        let texts = texts_of(&self.common.shop.languages);
        let status = if said.1.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
        Outcome::Page(status, page::review(texts, &self.common.shop.name, (&self.filled, goods), said))
    }

    /// It costs something else than was seen.
    fn changed(&self, goods: &Goods) -> Outcome {
        let texts = texts_of(&self.common.shop.languages);
        let total = super::amounts::amount(texts, goods.total);
        self.review(goods, (Uuid::new_v4(), &fill(texts.shared.total_changed, &total)))
    }

    fn not_there(&self) -> Outcome {
        let texts = texts_of(&self.common.shop.languages);
        let main = page::refused(texts, &self.filled, texts.shared.stock_changed);
        Outcome::Page(StatusCode::UNPROCESSABLE_ENTITY, main)
    }
}

/// Which problem an answer is.
fn name_of(answer: &Value) -> &str {
    answer["type"].as_str().unwrap_or_default().trim_start_matches("/errors/")
}
