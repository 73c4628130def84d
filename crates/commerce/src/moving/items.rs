//! What lines hold, by the kind of their file.

use kassa_db::Tx;
use kassa_service::json::explain;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::at::At;
use super::batch::{Brought, Kind, Stop};
use super::customers;
use super::orders::{self, HistoryBody};
use super::products::{self, ProductItem};
use crate::object::object_of;
use crate::shop::ShopOptions;

/// Brings a line in.
///
/// # Errors
/// [`Stop`]; what was written until then is undone by the savepoint around it.
pub(super) fn bring(
    tx: &mut Tx<'_>,
    (kind, raw): (Kind, &RawValue),
    shop: &ShopOptions,
    at: At<'_>,
) -> Result<Brought, Stop> {
    match kind {
        Kind::Products => products::bring(tx, &read::<ProductItem>(raw)?, shop, at),
        Kind::Customers => customers::bring(tx, read(raw)?, at),
        Kind::Orders => orders::bring(tx, read::<HistoryBody>(raw)?, &shop.site, at),
        Kind::Events => Err(Stop::Refused("events are not brought in here".to_owned())),
    }
}

/// The item of a line; of what is none the reason.
fn read<T: DeserializeOwned>(raw: &RawValue) -> Result<T, Stop> {
    if !raw.get().starts_with('{') {
        return Err(Stop::Refused("the line is no JSON object".to_owned()));
    }
    if let Some(item) = object_of(raw.get()) {
        return Ok(item);
    }
    let why = serde_json::from_str::<T>(raw.get()).err().map(|error| explain(&error));
    Err(Stop::Refused(why.unwrap_or_else(|| "the line is no JSON object".to_owned())))
}
