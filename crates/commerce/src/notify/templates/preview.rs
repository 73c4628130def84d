//! A letter as it would be: about an order that is there, or about examples of everything.

use std::sync::Arc;

use kassa_db::Db;
use kassa_service::Problem;
use serde_json::{Value, json};

use super::{Written, written};
use crate::ids::unknown;
use crate::notify::email;
use crate::orders::store;
use crate::orders::view::Audience;
use crate::refuse::{problem_of, read};
use crate::shop::Shop;

const EXAMPLE: &str = include_str!("example.json");

/// What is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) template: &'static str,
    pub(super) language: &'static str,
    /// The order that it is about, instead of the example.
    pub(super) order_id: Option<String>,
}

/// The letter.
///
/// # Errors
/// 404 for an order that is not there; the database's.
pub(super) async fn preview(shop: &Arc<Shop>, db: &Db, asked: &Asked) -> Result<Written, Problem> {
    let mut payload: Value = serde_json::from_str(EXAMPLE).map_err(|_| Problem::internal())?;
    // Only a letter about a product has one.
    if asked.template != "back-in-stock" {
        payload["product"] = Value::Null;
    }
    if let Some(id) = &asked.order_id {
        put_order(db, id, &mut payload).await?;
    }
    let about = email::about_order(shop, asked.order_id.as_deref(), asked.language.to_owned()).await;
    let mut about = about.map_err(|error| problem_of(&error))?;
    about.order_path.get_or_insert_with(|| "/order/example".to_owned());
    about.origin.get_or_insert_with(|| "https://shop.example".to_owned());
    let folder = &shop.options.mail.templates;
    written(folder, &about, asked.template, &payload).await.map_err(Problem::not_found)
}

/// Puts an order in the place of the example's: with a parcel of all that is in it, and all that was refunded of it as the refund.
async fn put_order(db: &Db, id: &str, payload: &mut Value) -> Result<(), Problem> {
    let wanted = id.to_owned();
    let found = read(db, move |tx| store::by_id(tx, &wanted)).await?;
    let order = found.ok_or_else(|| unknown("order", id))?;
    let shown = json!(order.view(Audience::Shop));
    let lines = shown["items"].as_array().into_iter().flatten();
    payload["fulfilment"]["lines"] =
        lines.map(|item| json!({"sku": item["sku"], "quantity": item["quantity"]})).collect();
    payload["refund"]["amount"] = match shown["refunded"]["amount_minor"].as_i64() {
        Some(0) | None => shown["total"].clone(),
        Some(_) => shown["refunded"].clone(),
    };
    payload["order"] = shown;
    Ok(())
}
