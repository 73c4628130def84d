//! Categories made, changed and removed.
//!
//! ```json
//! {"id":3,"slug":"mugs","name":"Mugs","parent_id":2,"position":0,"version":1,"count":12}
//! ```
//! `version` is its ETag in quotes. `count` is how many products that buyers know are in it and in those in it; it stands in lists.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use kassa_access::{Allowed, need};
use kassa_db::Tx;
use kassa_service::{Bare, Object, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::categories::{create, delete, update};
use super::super::category::{Category, CategoryChange, Counted, NewCategory, store};
use super::change::{nothing, refused};
use super::named::catalog;
use crate::act::{Failed, Keyed, once};
use crate::idempotency::Answer;
use crate::number::integer_or_none;
use crate::object::given;
use crate::precondition::{IfMatch, etag};
use crate::shop::Shop;

#[derive(Debug, Serialize)]
pub(super) struct CategoryView {
    id: i64,
    slug: String,
    name: String,
    parent_id: Option<i64>,
    position: i64,
    version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
}

impl CategoryView {
    fn new(category: Category) -> Self {
        let Category { id, slug, name, parent_id, position, version } = category;
        Self { id, slug, name, parent_id, position, version, count: None }
    }

    fn answer(self, status: StatusCode) -> Answer {
        Answer::json(status, &self).header(ETAG.as_str(), &etag(self.version))
    }

    pub(super) fn counted(counted: Counted) -> Self {
        Self { count: Some(counted.count), ..Self::new(counted.category) }
    }
}

/// A category to be made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCategoryBody {
    name: String,
    slug: Option<String>,
    #[serde(default, deserialize_with = "integer_or_none")]
    parent_id: Option<i64>,
    #[serde(default, deserialize_with = "integer_or_none")]
    position: Option<i64>,
}

/// Parts of a category: what is absent stays; without a parent it is in no other.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CategoryPartBody {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    slug: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    parent_id: Option<Option<i64>>,
    #[serde(deserialize_with = "integer_or_none", skip_serializing_if = "Option::is_none")]
    position: Option<i64>,
}

/// `POST /v1/categories` → 201 with `Location`.
pub(super) async fn create_category(
    Allowed(caller, ..): Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    headers: HeaderMap,
    Object(body): Object<NewCategoryBody>,
) -> Result<Response, Problem> {
    let keyed = Keyed::of(&caller, &headers, ("POST", "/v1/categories"), &body)?;
    let now = shop.now();
    let NewCategoryBody { name, slug, parent_id, position } = body;
    let new = NewCategory { name, slug, parent_id, position: position.unwrap_or(0) };
    let (response, made) = once(catalog(&shop)?, keyed, now, move |tx| match create(tx, &new, now) {
        Ok(category) => {
            let location = format!("/v1/categories/{}", category.id);
            let answer = CategoryView::new(category).answer(StatusCode::CREATED);
            Ok((answer.header(LOCATION.as_str(), &location), Some(())))
        }
        Err(error) => refused(error),
    })
    .await?;
    made.iter().for_each(|()| shop.products.forget_all());
    Ok(response)
}

/// `PATCH /v1/categories/{id}` → 200 with the category.
pub(super) async fn patch_category(
    Allowed(caller, ..): Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    Object(body): Object<CategoryPartBody>,
) -> Result<Response, Problem> {
    let id = number(path)?;
    let keyed = Keyed::of(&caller, &headers, ("PATCH", &format!("/v1/categories/{id}")), &body)?
        .looking(move |tx| looks(tx, id));
    let now = shop.now();
    let CategoryPartBody { name, slug, parent_id, position } = body;
    let change = CategoryChange { name, slug, parent_id, position };
    let wanted = IfMatch::of(&headers)?;
    let (response, done) = once(catalog(&shop)?, keyed, now, move |tx| {
        require_version(tx, id, &wanted)?;
        match update(tx, id, &change, now) {
            Ok(category) => Ok((CategoryView::new(category).answer(StatusCode::OK), Some(()))),
            Err(error) => refused(error),
        }
    })
    .await?;
    done.iter().for_each(|()| shop.products.forget_all());
    Ok(response)
}

/// `DELETE /v1/categories/{id}` → 204; what is in it goes to the category that it is in.
pub(super) async fn delete_category(
    Allowed(caller, ..): Allowed<need::Catalog>,
    State(shop): State<Arc<Shop>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    _: Bare,
) -> Result<Response, Problem> {
    let id = number(path)?;
    let keyed = Keyed::of(&caller, &headers, ("DELETE", &format!("/v1/categories/{id}")), &())?
        .looking(move |tx| looks(tx, id));
    let now = shop.now();
    let wanted = IfMatch::of(&headers)?;
    let (response, done) = once(catalog(&shop)?, keyed, now, move |tx| {
        require_version(tx, id, &wanted)?;
        match delete(tx, id, now) {
            Ok(()) => Ok((nothing(), Some(()))),
            Err(error) => refused(error),
        }
    })
    .await?;
    done.iter().for_each(|()| shop.products.forget_all());
    Ok(response)
}

/// Refuses a category in another version than `wanted`; it stays as it is until the transaction ends.
fn require_version(tx: &mut Tx<'_>, id: i64, wanted: &IfMatch) -> Result<(), Failed> {
    match store::locked(tx, id)? {
        Some(category) => Ok(wanted.require(&format!("category {id}"), category.version)?),
        None => Ok(()),
    }
}

/// The category, for what is changed of it; `null` where there is none.
fn looks(tx: &mut Tx<'_>, id: i64) -> Result<Value, kassa_db::Error> {
    Ok(store::by_id(tx, id)?.map_or(Value::Null, |category| json!(CategoryView::new(category))))
}

/// The number in a path; a text that is none names nothing.
fn number(path: Result<Path<String>, PathRejection>) -> Result<i64, Problem> {
    let Ok(Path(text)) = path else { return Err(Problem::bad_request("the path is not UTF-8")) };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let shown: String = text.chars().take(120).collect();
    text.parse().ok().filter(|_| is_plain).ok_or_else(|| Problem::not_found(format!("no category {shown}")))
}
