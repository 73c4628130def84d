//! Notes that make themselves, from whoever knows what happens.

use std::fmt;

use async_trait::async_trait;
use kassa_model::Timestamp;
use serde_json::Value;

/// A note that made itself.
#[derive(Debug, Clone)]
pub struct Note {
    /// Its id, unlike any other's.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// What happened: `price_changed`, `stock_out`, …
    pub source: String,
    /// The product's SKU, if it is about one.
    pub sku: Option<String>,
    /// The product's name.
    pub name: Option<String>,
    /// What else there is to say.
    pub detail: Value,
}

/// Notes that make themselves, from whoever knows what happens.
#[async_trait]
pub trait Notes: fmt::Debug + Send + Sync {
    /// At most `limit` of `site` with `from <= at < to`, newest first.
    ///
    /// # Errors
    /// Says why they are not known now.
    async fn between(
        &self,
        site: &str,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Vec<Note>, String>;
}

/// Nothing happens.
#[derive(Debug)]
pub(crate) struct NoNotes;

#[async_trait]
impl Notes for NoNotes {
    async fn between(&self, _: &str, _: Timestamp, _: Timestamp, _: u32) -> Result<Vec<Note>, String> {
        Ok(Vec::new())
    }
}
