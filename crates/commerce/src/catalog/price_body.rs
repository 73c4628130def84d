//! A price in a body: `{"amount_minor":49900,"currency":"USD"}`; without a currency the one that is there, of something new the
//! shop's.

use kassa_model::Currency;
use kassa_service::Problem;
use serde::de::{Deserialize, Deserializer, Error};
use serde::{Deserialize as Read, Serialize};
use serde_json::value::RawValue;

use super::variant::NewPrice;
use crate::number::integer;
use crate::object::object;
use crate::shop::ShopOptions;

#[derive(Debug, Clone, Serialize, Read)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceBody {
    #[serde(deserialize_with = "integer")]
    amount_minor: i64,
    currency: Option<Currency>,
}

impl PriceBody {
    /// The price, whose currency must be one in which this shop sells.
    pub(super) fn price(&self, shop: &ShopOptions) -> Result<NewPrice, Problem> {
        match self.currency {
            Some(currency) if !shop.sells_in(currency) => {
                Err(Problem::bad_request(format!("price.currency {currency}: {}", shop.currencies_known())))
            }
            currency => Ok(NewPrice { amount_minor: self.amount_minor, currency }),
        }
    }
}

/// A price that is there.
pub(super) fn given_price<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PriceBody>, D::Error> {
    object(from).map(Some)
}

/// A price; null counts as absent.
pub(super) fn price_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PriceBody>, D::Error> {
    let Some(raw) = Option::<Box<RawValue>>::deserialize(from)? else { return Ok(None) };
    let mut text = serde_json::Deserializer::from_str(raw.get());
    object(&mut text).map(Some).map_err(D::Error::custom)
}

/// A price that is there, null included.
pub(super) fn given_price_or_none<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<PriceBody>>, D::Error> {
    price_or_none(from).map(Some)
}
