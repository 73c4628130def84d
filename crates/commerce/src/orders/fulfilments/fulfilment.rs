//! A fulfilment: units of an order in one parcel.
//!
//! ```json
//! {"number":1,"status":"shipped","carrier":"DHL","tracking_number":"00340434161094042557",
//!  "tracking_url":"https://track.example/00340434161094042557","lines":[{"sku":"ps5","quantity":2}],
//!  "created_at":"2026-11-21T05:00:00Z","shipped_at":"2026-11-21T06:00:00Z","delivered_at":null}
//! ```

use kassa_model::Timestamp;
use serde::Serialize;
use serde::ser::Serializer;

use super::super::lines::Item;
use super::status::Stage;

/// A fulfilment. Its JSON is the same for the shop and for who ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fulfilment {
    /// Counts the order's fulfilments from 1; 0 until it is written.
    pub number: i64,
    /// The order's event that made it.
    #[serde(skip)]
    pub seq: i64,
    /// Where it stands.
    pub status: Stage,
    /// Who carries it, and where it is.
    #[serde(flatten)]
    pub tracking: Tracking,
    /// What is in it, each SKU once.
    pub lines: Vec<Item>,
    /// When it was made.
    #[serde(serialize_with = "time")]
    pub created_at: Timestamp,
    /// When it went on its way.
    #[serde(serialize_with = "time_or_null")]
    pub shipped_at: Option<Timestamp>,
    /// When it arrived.
    #[serde(serialize_with = "time_or_null")]
    pub delivered_at: Option<Timestamp>,
}

/// Who carries a parcel, and where one sees how far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tracking {
    /// The carrier's name.
    pub carrier: Option<String>,
    /// Its number there.
    #[serde(rename = "tracking_number")]
    pub number: Option<String>,
    /// A page about it; `http` or `https`.
    #[serde(rename = "tracking_url")]
    pub url: Option<String>,
}

impl Tracking {
    /// This where it says something, else `before`.
    pub(in crate::orders) fn or(self, before: &Self) -> Self {
        Self {
            carrier: self.carrier.or_else(|| before.carrier.clone()),
            number: self.number.or_else(|| before.number.clone()),
            url: self.url.or_else(|| before.url.clone()),
        }
    }

    /// Whether it says nothing.
    pub(in crate::orders) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn time<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&at.to_string())
}

fn time_or_null<S: Serializer>(at: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.to_string()).serialize(to)
}
