//! Variants of a product: listed for those who may change them, made, changed and archived. `If-Match` is about the product,
//! which is what each of them answers with.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_access::{Allowed, need};
use kassa_db::Tx;
use kassa_model::Timestamp;
use kassa_service::{Bare, Json, Object, Problem};

use super::super::product::{Error, Product};
use super::super::variant::{self, NewVariant, VariantChange};
use super::super::variant_body::{NewVariantBody, VariantPartBody};
use super::super::view::{Sight, VariantView};
use super::super::{check, variant_rules};
use super::change::{Act, Asked, carry_out};
use super::named::{Named, unknown};
use super::shown::{Shown, read_with};
use super::write::{require_none_apart, route};
use crate::act::Keyed;
use crate::idempotency::Answer;
use crate::page::Page;
use crate::shop::Shop;

type PathName = Result<Path<String>, PathRejection>;
type PathVariant = Result<Path<(String, String)>, PathRejection>;

/// `GET /v1/products/{id}/variants`: all of them in their order, archived ones too.
pub(super) async fn list_variants(
    _: Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    path: PathName,
    _: Bare,
) -> Result<Response, Problem> {
    let named = Named::of(path)?;
    let asked = named.clone();
    let find = move |tx: &mut Tx<'_>| match asked.find_any(tx)? {
        Some(product) => variant::store::of_product(tx, product.id).map(Some),
        None => Ok(None),
    };
    let skus = |found: &Option<Vec<variant::Variant>>| {
        let tracked = found.iter().flatten().filter(|variant| variant.track_stock);
        tracked.map(|variant| variant.sku.clone()).collect()
    };
    let (found, stock) = read_with(&shop, find, skus).await?;
    let variants = found.ok_or_else(|| named.unknown())?;
    let results = variants.iter().map(|variant| VariantView::new(variant, &stock, Sight::Full)).collect();
    Ok(Json(Page::whole(results)).into_response())
}

/// `POST /v1/products/{id}/variants` → 201 with the product.
pub(super) async fn create_variant(
    Allowed(caller, ..): Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    path: PathName,
    headers: HeaderMap,
    Object(body): Object<NewVariantBody>,
) -> Result<Response, Problem> {
    let named = Named::of(path)?;
    let keyed = Keyed::of(&caller, &headers, ("POST", &format!("{}/variants", route(&named))), &body)?;
    let new = body.into_new(&shop.options)?;
    carry_out(&shop, Asked { named, keyed, headers: &headers }, Add(new)).await
}

/// `PATCH /v1/products/{id}/variants/{sku}`: what is absent stays, null empties → 200 with the product.
pub(super) async fn patch_variant(
    Allowed(caller, ..): Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    path: PathVariant,
    headers: HeaderMap,
    Object(body): Object<VariantPartBody>,
) -> Result<Response, Problem> {
    let (named, sku) = names(path)?;
    let keyed = Keyed::of(&caller, &headers, ("PATCH", &route_of(&named, &sku)), &body)?;
    if body.sku.as_ref().is_some_and(|named| *named != sku) {
        return Err(Problem::bad_request("sku cannot change: archive the variant and make another"));
    }
    let change = body.into_change(&shop.options)?;
    if change.track_stock == Some(false) {
        require_none_apart(&shop, sku.clone()).await?;
    }
    carry_out(&shop, Asked { named, keyed, headers: &headers }, Alter { sku, change }).await
}

/// `DELETE /v1/products/{id}/variants/{sku}` archives it → 200 with the product.
pub(super) async fn archive_variant(
    Allowed(caller, ..): Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    path: PathVariant,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Problem> {
    let (named, sku) = names(path)?;
    let keyed = Keyed::of(&caller, &headers, ("DELETE", &route_of(&named, &sku)), &())?;
    let change = VariantChange { archived: Some(true), ..VariantChange::default() };
    carry_out(&shop, Asked { named, keyed, headers: &headers }, Alter { sku, change }).await
}

/// The product and the SKU of a path.
fn names(path: PathVariant) -> Result<(Named, String), Problem> {
    let Ok(Path((product, sku))) = path else { return Err(Problem::bad_request("the path is not UTF-8")) };
    let named = Named::parse(&product)?;
    match check::is_sku(&sku) {
        true => Ok((named, sku)),
        false => Err(unknown(&format!("{product} with the variant {sku}"))),
    }
}

fn route_of(named: &Named, sku: &str) -> String {
    format!("{}/variants/{sku}", route(named))
}

struct Add(NewVariant);

struct Alter {
    sku: String,
    change: VariantChange,
}

impl Act for Add {
    fn find(&self, tx: &mut Tx<'_>, named: &Named) -> Result<Option<Product>, kassa_db::Error> {
        named.find(tx, Sight::Full)
    }

    fn carry_out(&self, tx: &mut Tx<'_>, before: &Product, now: Timestamp) -> Result<Product, Error> {
        variant_rules::add(tx, before.id, Some(before.version), &self.0, now)
    }

    fn answer(&self, shown: &Shown) -> Answer {
        shown.answer(StatusCode::CREATED)
    }
}

impl Act for Alter {
    fn find(&self, tx: &mut Tx<'_>, named: &Named) -> Result<Option<Product>, kassa_db::Error> {
        named.find(tx, Sight::Full)
    }

    fn carry_out(&self, tx: &mut Tx<'_>, before: &Product, now: Timestamp) -> Result<Product, Error> {
        variant_rules::update(tx, (before.id, &self.sku), Some(before.version), &self.change, now)
    }
}
