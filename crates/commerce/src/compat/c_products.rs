//! C, a shop with monitoring: its products. Its orders are D's.
//!
//! ```json
//! {"name":"Mug","price":9.5}
//! {"_id":"000000000000000000000001","name":"Mug","price":9.5,"createdAt":"2026-11-21T05:00:00.000Z",
//!  "updatedAt":"2026-11-21T05:00:00.000Z","__v":0}
//! ```
//! The first is the body of `POST /api/products`, the second its answer and an element of `GET /api/products`, newest first. `_id`
//! is the product's number as 24 hexadecimal digits. Such a product has no stock.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kassa_access::need;
use kassa_service::protected::get;
use kassa_service::{Json, Protected};
use serde::{Deserialize, Serialize};

use super::body::{Body, Decimal, Field, price, text};
use super::list::{self, PAGE_ROWS};
use super::refusal::{Allowed, Dialect, Known, Refusal, short};
use crate::catalog::listing::store::{self, After, Listing, Sort};
use crate::catalog::{self, NewProduct, Product};
use crate::idempotency::Answer;
use crate::refuse::here;
use crate::shop::Shop;

/// C's callers and its words.
#[derive(Debug)]
pub(super) struct C;

impl Dialect for C {
    const LETTERS: &'static [&'static str] = &["C"];

    fn no(refusal: &Refusal<Self>) -> Answer {
        short(refusal)
    }
}

/// C's routes.
pub(super) fn routes(shop: Arc<Shop>) -> Protected {
    let health = Protected::new().route("/api/health", get(show_health)).with_state(Arc::clone(&shop));
    if shop.catalog.is_none() {
        return health;
    }
    let products =
        Protected::new().route("/api/products", get(list_products).post(create_product)).with_state(shop);
    products.merge(health)
}

#[derive(Debug, Serialize)]
struct Health {
    ok: bool,
}

async fn show_health(_: Known<C>) -> Json<Health> {
    Json(Health { ok: true })
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductView<'a> {
    #[serde(rename = "_id")]
    id: String,
    name: &'a str,
    price: Decimal,
    created_at: String,
    updated_at: String,
    #[serde(rename = "__v")]
    v: u8,
}

impl<'a> ProductView<'a> {
    fn new(product: &'a Product) -> Self {
        Self {
            id: format!("{:024x}", product.id),
            name: &product.name,
            price: Decimal(product.price),
            created_at: product.created_at.to_iso_millis(),
            updated_at: product.updated_at.to_iso_millis(),
            v: 0,
        }
    }
}

async fn list_products(
    _: Allowed<C, need::Read>,
    State(shop): State<Arc<Shop>>,
) -> Result<Response, Refusal<C>> {
    let db = here(&shop.catalog, "catalogue")?.clone();
    Ok(list::array(move |after| {
        let db = db.clone();
        async move {
            let products = db.read(move |tx| page(tx, Sort::Newest, after.clone())).await?;
            elements(&products, ProductView::new)
        }
    })
    .await?)
}

/// A page of the products that buyers know.
pub(super) fn page(
    tx: &mut kassa_db::Tx<'_>,
    sort: Sort,
    after: Option<After>,
) -> Result<Vec<Product>, kassa_db::Error> {
    store::list(tx, &Listing { after, ..Listing::all(sort, PAGE_ROWS) })
}

/// Products as the elements of a page.
pub(super) fn elements<'a, V: Serialize>(
    products: &'a [Product],
    view: impl Fn(&'a Product) -> V,
) -> Result<list::Page<After>, kassa_db::Error> {
    let elements = products.iter().map(|product| list::element(&view(product))).collect::<Result<_, _>>()?;
    let is_full = i64::try_from(products.len()).is_ok_and(|count| count >= PAGE_ROWS);
    let after =
        |last: &Product| After { name: last.name.clone(), price_minor: last.price_from_minor, id: last.id };
    Ok((elements, products.last().filter(|_| is_full).map(after)))
}

/// The body of `POST /api/products`.
#[derive(Debug, Deserialize)]
struct NewBody {
    name: Field,
    price: Field,
}

async fn create_product(
    _: Allowed<C, need::Catalog>,
    State(shop): State<Arc<Shop>>,
    Body(body, _): Body<C, NewBody>,
) -> Result<Response, Refusal<C>> {
    let name = body.name.as_deref().and_then(text).filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| Refusal::bad("Invalid name"))?;
    let price = body.price.as_deref().and_then(|raw| price(raw, shop.options.currency));
    let new = NewProduct::plain(name, price.ok_or_else(|| Refusal::bad("Invalid price"))?);
    let now = shop.now();
    let made = here(&shop.catalog, "catalogue")?.write(move |tx| catalog::create(tx, &new, now)).await;
    let product = made.map_err(refused)?;
    shop.products.forget(&product.sku);
    Ok((StatusCode::CREATED, Json(ProductView::new(&product))).into_response())
}

/// A refusal of the catalogue's rules: it can only be about what C sends.
fn refused(error: catalog::Error) -> Refusal<C> {
    match error {
        catalog::Error::Db(error) => error.into(),
        catalog::Error::Invalid { field: "price", .. } => Refusal::bad("Invalid price"),
        _ => Refusal::bad("Invalid name"),
    }
}
